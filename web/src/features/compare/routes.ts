/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const comparePage: PageLoader = () => import('./index').then((module) => module.ComparePage);

export interface CompareSearch {
  left?: string;
  right?: string;
  prefix?: string;
}

export function compareSearch(search: RawSearch): CompareSearch {
  return { left: text(search.left), right: text(search.right), prefix: text(search.prefix) };
}
