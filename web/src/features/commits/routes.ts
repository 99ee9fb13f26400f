/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { flag, text, texts, type RawSearch } from '../../ui/search-params';

export const commitsPage: PageLoader = () => import('./CommitsPage').then((module) => module.CommitsPage);
export const commitPage: PageLoader = () => import('./CommitPage').then((module) => module.CommitPage);

export interface CommitsSearch {
  /** Absent: the graph of all branches. */
  ref?: string;
  /** Only commits that changed something below it. */
  prefix?: string;
  /** In the message, or the beginning of the id. */
  text?: string;
  /** Commits of runs are listed too. */
  runs?: true;
}

export function commitsSearch(search: RawSearch): CommitsSearch {
  return {
    ref: text(search.ref),
    prefix: text(search.prefix),
    text: text(search.text),
    runs: flag(search.runs),
  };
}

export interface CommitSearch {
  /** Prefixes that are open in the tree of changes. */
  open?: string[];
}

export function commitSearch(search: RawSearch): CommitSearch {
  return { open: texts(search.open) };
}
