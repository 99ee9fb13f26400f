/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const commitsPage: PageLoader = () => import('./index').then((module) => module.CommitsPage);
export const commitPage: PageLoader = () => import('./index').then((module) => module.CommitPage);

export interface CommitsSearch {
  ref?: string;
}

export function commitsSearch(search: RawSearch): CommitsSearch {
  return { ref: text(search.ref) };
}

export interface CommitSearch {
  tab?: string;
}

export function commitSearch(search: RawSearch): CommitSearch {
  return { tab: text(search.tab) };
}
