/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const importPage: PageLoader = () => import('./index').then((module) => module.ImportPage);

export interface ImportSearch {
  branch?: string;
}

export function importSearch(search: RawSearch): ImportSearch {
  return { branch: text(search.branch) };
}
