/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const branchesPage: PageLoader = () => import('./index').then((module) => module.BranchesPage);
export const tagsPage: PageLoader = () => import('./index').then((module) => module.TagsPage);

export interface BranchesSearch {
  prefix?: string;
}

export function branchesSearch(search: RawSearch): BranchesSearch {
  return { prefix: text(search.prefix) };
}

export interface TagsSearch {
  prefix?: string;
}

export function tagsSearch(search: RawSearch): TagsSearch {
  return { prefix: text(search.prefix) };
}
