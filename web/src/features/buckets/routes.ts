/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const bucketsPage: PageLoader = () => import('./index').then((module) => module.BucketsPage);
export const bucketPage: PageLoader = () => import('./index').then((module) => module.BucketPage);

export interface BucketsSearch {
  prefix?: string;
}

export function bucketsSearch(search: RawSearch): BucketsSearch {
  return { prefix: text(search.prefix) };
}

export interface BucketSearch {
  prefix?: string;
}

export function bucketSearch(search: RawSearch): BucketSearch {
  return { prefix: text(search.prefix) };
}
