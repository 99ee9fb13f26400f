/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const objectsPage: PageLoader = () => import('./index').then((module) => module.ObjectsPage);

export interface ObjectsSearch {
  ref?: string;
  path?: string;
}

export function objectsSearch(search: RawSearch): ObjectsSearch {
  return { ref: text(search.ref), path: text(search.path) };
}
