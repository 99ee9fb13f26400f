import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { amountAfter, firstPages, longList } from './paging';

export const branchesQuery = (repository: string, prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'branches', { prefix }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories/{repository}/branches', {
          params: {
            path: { repository },
            query: { search: prefix, after: pageParam, amount: amountAfter(pageParam) },
          },
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
          params: {
            path: { repository },
            query: { search: prefix, after: pageParam, amount: amountAfter(pageParam) },
          },
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

const [suggestionsMax, pagesMax] = [100, 3];

/** The first branches: all of them, but in repositories with thousands. */
export const firstBranchesQuery = (repository: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'branches', { first: pagesMax }],
    queryFn: ({ signal }) =>
      firstPages(pagesMax, (query) =>
        answer(
          api.GET('/repositories/{repository}/branches', { params: { path: { repository }, query }, signal }),
        ),
      ),
  });

/** The first branches and tags that hold the text: for choosing a ref. */
export const refSuggestionsQuery = (repository: string, prefix: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'refs', { prefix }],
    queryFn: async ({ signal }) => {
      const params = { path: { repository }, query: { search: prefix, amount: suggestionsMax } };
      const [branches, tags] = await Promise.all([
        answer(api.GET('/repositories/{repository}/branches', { params, signal })),
        answer(api.GET('/repositories/{repository}/tags', { params, signal })),
      ]);
      const hasMore = branches.pagination.has_more || tags.pagination.has_more;
      return { branches: branches.results, tags: tags.results, hasMore };
    },
    placeholderData: (previous) => previous,
  });

export const createBranch = (repository: string, name: string, source: string) =>
  answer(
    api.POST('/repositories/{repository}/branches', {
      params: { path: { repository } },
      body: { name, source },
      parseAs: 'text',
    }),
  );

export const deleteBranch = (repository: string, branch: string) =>
  answer(
    api.DELETE('/repositories/{repository}/branches/{branch}', {
      params: { path: { repository, branch } },
    }),
  );

/** Points the branch at another commit. Uncommitted changes are an error, unless they are to be dropped. */
export const hardResetBranch = (repository: string, branch: string, ref: string, dropsUncommitted: boolean) =>
  answer(
    api.PUT('/repositories/{repository}/branches/{branch}/hard_reset', {
      params: { path: { repository, branch }, query: { ref, force: dropsUncommitted } },
    }),
  );

export const createTag = (repository: string, id: string, ref: string) =>
  answer(
    api.POST('/repositories/{repository}/tags', {
      params: { path: { repository } },
      body: { id, ref },
    }),
  );

export const deleteTag = (repository: string, tag: string) =>
  answer(api.DELETE('/repositories/{repository}/tags/{tag}', { params: { path: { repository, tag } } }));

/** The commit that both refs come from. */
export const mergeBaseQuery = (repository: string, source: string, destination: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'merge-base', { source, destination }],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/refs/{source}/merge/{destination}', {
          params: { path: { repository, source, destination } },
          signal,
        }),
      ),
  });
