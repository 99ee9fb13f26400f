/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const signInPage: PageLoader = () => import('./index').then((module) => module.SignInPage);

export interface SignInSearch {
  return?: string;
}

export function signInSearch(search: RawSearch): SignInSearch {
  return { return: text(search.return) };
}
