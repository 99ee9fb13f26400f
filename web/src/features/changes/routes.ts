/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const changesPage: PageLoader = () => import('./index').then((module) => module.ChangesPage);

export interface ChangesSearch {
  branch?: string;
  prefix?: string;
}

export function changesSearch(search: RawSearch): ChangesSearch {
  return { branch: text(search.branch), prefix: text(search.prefix) };
}
