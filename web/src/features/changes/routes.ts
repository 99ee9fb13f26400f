/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { flag, oneOf, text, texts, type RawSearch } from '../../ui/search-params';

export const changesPage: PageLoader = () => import('./index').then((module) => module.ChangesPage);

export interface ChangesSearch {
  /** Absent: the default branch. */
  branch?: string;
  /** Only paths that have it. */
  prefix?: string;
  /** Prefixes that are open in the tree. */
  open?: string[];
  /** The object that is open beside the tree, how it is shown, and in which of its two states; absent: what differs. */
  object?: string;
  as?: string;
  state?: 'branch' | 'committed';
  /** The dialog that commits is open. */
  commit?: true;
}

export function changesSearch(search: RawSearch): ChangesSearch {
  return {
    branch: text(search.branch),
    prefix: text(search.prefix),
    open: texts(search.open),
    object: text(search.object),
    as: text(search.as),
    state: oneOf(search.state, ['branch', 'committed']),
    commit: flag(search.commit),
  };
}
