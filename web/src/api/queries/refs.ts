import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { longList, pageAmount } from './paging';

export const branchesQuery = (repository: string, prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'branches', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories/{repository}/branches', {
          params: { path: { repository }, query: { prefix, after: pageParam, amount: pageAmount } },
          signal,
        }),
      ),
    ...longList,
  });

export const tagsQuery = (repository: string, prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'tags', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories/{repository}/tags', {
          params: { path: { repository }, query: { prefix, after: pageParam, amount: pageAmount } },
          signal,
        }),
      ),
    ...longList,
  });

export const branchQuery = (repository: string, branch: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'branches', branch],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/branches/{branch}', {
          params: { path: { repository, branch } },
          signal,
        }),
      ),
  });

const suggestionsMax = 20;

/** The first branches and tags that begin with the text: for choosing a ref. */
export const refSuggestionsQuery = (repository: string, prefix: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'refs', { prefix }],
    queryFn: async ({ signal }) => {
      const params = { path: { repository }, query: { prefix, amount: suggestionsMax } };
      const [branches, tags] = await Promise.all([
        answer(api.GET('/repositories/{repository}/branches', { params, signal })),
        answer(api.GET('/repositories/{repository}/tags', { params, signal })),
      ]);
      return { branches: branches.results, tags: tags.results };
    },
    placeholderData: (previous) => previous,
  });
