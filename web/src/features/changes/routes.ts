/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, texts, type RawSearch } from '../../ui/search-params';

export const changesPage: PageLoader = () => import('./index').then((module) => module.ChangesPage);

export interface ChangesSearch {
  branch?: string;
  /** Prefixes that are open in the tree. */
  open?: string[];
  /** The object that is looked at. */
  selected?: string;
}

export function changesSearch(search: RawSearch): ChangesSearch {
  return { branch: text(search.branch), open: texts(search.open), selected: text(search.selected) };
}
