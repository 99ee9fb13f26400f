import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { comparePaths, EntryList, type Entry } from '../entries';
import { headObject, listObjects, listUploads, type S3Listing } from '../s3';
import { amountAfter, longList } from './paging';

export const bucketsQuery = (prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['buckets', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/buckets', {
          params: { query: { search: prefix, after: pageParam, amount: amountAfter(pageParam) } },
          signal,
        }),
      ),
    ...longList,
  });

/** One bucket, or null where there is none: of those that begin with its name it is the first. */
export const bucketQuery = (bucket: string) =>
  queryOptions({
    queryKey: ['buckets', bucket],
    queryFn: async ({ signal }) => {
      const page = await answer(
        api.GET('/buckets', { params: { query: { prefix: bucket, amount: 1 } }, signal }),
      );
      const first = page.results[0];
      return first?.name === bucket ? first : null;
    },
    staleTime: 30_000,
  });

/** What lies directly below a prefix: objects, and the prefixes of deeper ones. By key. */
export const bucketObjectsQuery = (bucket: string, prefix: string) =>
  infiniteQueryOptions({
    queryKey: ['buckets', bucket, 'objects', { prefix }],
    queryFn: async ({ pageParam, signal }) => {
      const page = await listObjects(bucket, {
        prefix,
        delimiter: '/',
        continuation: pageParam === '' ? undefined : pageParam,
        amount: amountAfter(pageParam),
        signal,
      });
      return { entries: new EntryList(prefix, entriesOf(page)), next: page.next };
    },
    ...longList,
    getNextPageParam: (page: { next?: string }) => page.next,
  });

/** S3 answers folders and objects apart. */
function entriesOf(page: S3Listing): Entry[] {
  const folders = page.prefixes.map((path): Entry => ({
    path,
    isFolder: true,
    sizeBytes: 0,
    modifiedMs: undefined,
    contentType: '',
    version: '',
  }));
  const objects = page.objects.map((object): Entry => ({
    path: object.key,
    isFolder: false,
    sizeBytes: object.size,
    modifiedMs: object.modifiedMs,
    contentType: '',
    version: object.etag,
  }));
  return [...folders, ...objects].sort((left, right) => comparePaths(left.path, right.path));
}

export const bucketObjectQuery = (bucket: string, key: string) =>
  queryOptions({
    queryKey: ['buckets', bucket, 'objects', 'head', key],
    queryFn: ({ signal }) => headObject(bucket, key, signal),
  });

/** Multipart uploads that were begun and neither completed nor aborted. */
export const openUploadsQuery = (bucket: string) =>
  queryOptions({
    queryKey: ['buckets', bucket, 'uploads'],
    queryFn: ({ signal }) => listUploads(bucket, signal),
  });

/** All keys below a prefix, a page at a time. */
export async function* keysBelow(bucket: string, prefix: string): AsyncGenerator<string[]> {
  for (let continuation: string | undefined; ;) {
    const page = await listObjects(bucket, { prefix, continuation });
    yield page.objects.map((object) => object.key);
    if (page.next === undefined) return;
    continuation = page.next;
  }
}
