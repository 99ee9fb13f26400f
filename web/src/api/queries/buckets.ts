import { infiniteQueryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
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
