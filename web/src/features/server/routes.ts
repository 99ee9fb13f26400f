/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { integer, type RawSearch } from '../../ui/search-params';

export const serverPage: PageLoader = () => import('./index').then((module) => module.ServerPage);

export interface ServerSearch {
  minutes?: number;
}

export function serverSearch(search: RawSearch): ServerSearch {
  return { minutes: integer(search.minutes) };
}
