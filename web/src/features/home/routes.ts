/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const homePage: PageLoader = () => import('./index').then((module) => module.HomePage);
export const repositoriesPage: PageLoader = () => import('./index').then((module) => module.RepositoriesPage);

export interface RepositoriesSearch {
  prefix?: string;
}

export function repositoriesSearch(search: RawSearch): RepositoriesSearch {
  return { prefix: text(search.prefix) };
}
