export { BucketsPage } from './BucketsPage';
export { BucketPage } from './BucketPage';
