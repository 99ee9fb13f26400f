/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { flag, text, type RawSearch } from '../../ui/search-params';

export const branchesPage: PageLoader = () => import('./index').then((module) => module.BranchesPage);
export const tagsPage: PageLoader = () => import('./index').then((module) => module.TagsPage);

export interface RefsSearch {
  prefix?: string;
  /** The dialog that creates one is open. */
  create?: true;
  /** Branches of runs are listed too. */
  runs?: true;
}

export function branchesSearch(search: RawSearch): RefsSearch {
  return { prefix: text(search.prefix), create: flag(search.create), runs: flag(search.runs) };
}

export const tagsSearch = branchesSearch;
