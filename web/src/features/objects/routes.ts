/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { oneOf, text, type RawSearch } from '../../ui/search-params';

export const objectsPage: PageLoader = () => import('./index').then((module) => module.ObjectsPage);

export interface ObjectsSearch {
  /** A branch, a tag or a commit; absent: the default branch. */
  ref?: string;
  /** The folder that is open. */
  path?: string;
  /** Only names that have it. */
  prefix?: string;
  view?: 'gallery';
  /** The column by which the list is sorted; absent: by name, as it comes. */
  sort?: 'name' | 'size' | 'modified' | 'type';
  dir?: 'desc';
  /** The object that is open beside the list, and how it is shown. */
  object?: string;
  as?: string;
  /** The object whose info is open. */
  info?: string;
}

export function objectsSearch(search: RawSearch): ObjectsSearch {
  return {
    ref: text(search.ref),
    path: text(search.path),
    prefix: text(search.prefix),
    view: oneOf(search.view, ['gallery']),
    sort: oneOf(search.sort, ['name', 'size', 'modified', 'type']),
    dir: oneOf(search.dir, ['desc']),
    object: text(search.object),
    as: text(search.as),
    info: text(search.info),
  };
}
