import { infiniteQueryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { listObjects } from '../s3';
import { longList, pageAmount } from './paging';

export const bucketsQuery = (prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['buckets', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/buckets', { params: { query: { prefix, after: pageParam, amount: pageAmount } }, signal }),
      ),
    ...longList,
  });

/** What lies directly below a prefix of a bucket: objects, and the prefixes of deeper ones. */
export const bucketObjectsQuery = (bucket: string, prefix: string) =>
  infiniteQueryOptions({
    queryKey: ['buckets', bucket, 'objects', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      listObjects(bucket, { prefix, delimiter: '/', continuation: pageParam || undefined, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchOnWindowFocus: false,
    staleTime: 30_000,
    structuralSharing: false,
  });
