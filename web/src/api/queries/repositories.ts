import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { longList, pageAmount } from './paging';

export const repositoriesQuery = (prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['repositories', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories', {
          params: { query: { search: prefix, after: pageParam, amount: pageAmount } },
          signal,
        }),
      ),
    ...longList,
  });

/** For invalidation: the lists alone, not what is known of each repository. */
export const repositoryLists = {
  queryKey: ['repositories'],
  predicate: (query: { queryKey: readonly unknown[] }) => typeof query.queryKey[1] === 'object',
};

export const repositoryQuery = (repository: string) =>
  queryOptions({
    queryKey: ['repositories', repository],
    queryFn: ({ signal }) =>
      answer(api.GET('/repositories/{repository}', { params: { path: { repository } }, signal })),
    staleTime: 60_000,
  });

export const repositoryFiguresQuery = (repository: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'figures'],
    queryFn: ({ signal }) =>
      answer(api.GET('/repositories/{repository}/figures', { params: { path: { repository } }, signal })),
  });

export const createRepository = (name: string, storage_namespace: string, default_branch: string) =>
  answer(api.POST('/repositories', { body: { name, storage_namespace, default_branch, read_only: false } }));

export const deleteRepository = (repository: string) =>
  answer(api.DELETE('/repositories/{repository}', { params: { path: { repository } } }));
