/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { flag, oneOf, text, texts, type RawSearch } from '../../ui/search-params';

export const comparePage: PageLoader = () => import('./ComparePage').then((module) => module.ComparePage);

export interface CompareSearch {
  left?: string;
  right?: string;
  /** three_dot unless told: what `right` changed since both parted. */
  kind?: 'two_dot' | 'three_dot';
  prefix?: string;
  /** Prefixes that are open in the tree. */
  open?: string[];
  /** The object that is shown side by side. */
  path?: string;
  /** The dialog that merges is open. */
  merge?: true;
}

export function compareSearch(search: RawSearch): CompareSearch {
  return {
    left: text(search.left),
    right: text(search.right),
    kind: oneOf(search.kind, ['two_dot', 'three_dot']),
    prefix: text(search.prefix),
    open: texts(search.open),
    path: text(search.path),
    merge: flag(search.merge),
  };
}
