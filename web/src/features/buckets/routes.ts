/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { flag, oneOf, text, type RawSearch } from '../../ui/search-params';

export const bucketsPage: PageLoader = () => import('./index').then((module) => module.BucketsPage);
export const bucketPage: PageLoader = () => import('./index').then((module) => module.BucketPage);

export interface BucketsSearch {
  prefix?: string;
  sort?: string;
  dir?: 'desc';
  /** The dialog that creates one is open. */
  create?: true;
}

export function bucketsSearch(search: RawSearch): BucketsSearch {
  return {
    prefix: text(search.prefix),
    create: flag(search.create),
    sort: text(search.sort),
    dir: oneOf(search.dir, ['desc']),
  };
}

export interface BucketSearch {
  /** The folder that is open. */
  prefix?: string;
  /** Only names that have it. */
  filter?: string;
  view?: 'gallery';
  /** The column by which the list is sorted; absent: by name, as it comes. */
  sort?: 'name' | 'size' | 'modified' | 'type';
  dir?: 'desc';
  /** The key of the object that is open beside the list, and how it is shown. */
  object?: string;
  as?: string;
  /** The key of the object whose info is open. */
  info?: string;
  /** The list of open multipart uploads is shown. */
  uploads?: true;
}

export function bucketSearch(search: RawSearch): BucketSearch {
  return {
    prefix: text(search.prefix),
    filter: text(search.filter),
    view: oneOf(search.view, ['gallery']),
    sort: oneOf(search.sort, ['name', 'size', 'modified', 'type']),
    dir: oneOf(search.dir, ['desc']),
    object: text(search.object),
    as: text(search.as),
    info: text(search.info),
    uploads: flag(search.uploads),
  };
}
