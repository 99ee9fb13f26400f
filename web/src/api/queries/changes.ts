import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { firstPages } from './paging';

/** Uncommitted changes of a branch, counted by the next part of their paths below `prefix`, and all together. */
export const changesSummaryQuery = (repository: string, branch: string, prefix = '') =>
  queryOptions({
    queryKey: ['repositories', repository, 'changes', branch, 'summary', prefix],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/branches/{branch}/diff/summary', {
          params: { path: { repository, branch }, query: { prefix, delimiter: '/' } },
          signal,
        }),
      ),
  });

/** Pages. */
const changesSearchedMax = 10;

/** Uncommitted changes one by one, by path: up to a limit, for searching them by any part of their paths. */
export const firstChangesQuery = (repository: string, branch: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'changes', branch, 'first'],
    queryFn: ({ signal }) =>
      firstPages(changesSearchedMax, (query) =>
        answer(
          api.GET('/repositories/{repository}/branches/{branch}/diff', {
            params: { path: { repository, branch }, query },
            signal,
          }),
        ),
      ),
  });

export type ChangeScope = { type: 'object' | 'common_prefix'; path: string } | { type: 'reset' };

/** Drops uncommitted changes: of one object, of all below a prefix, or all. */
export const revertChanges = (repository: string, branch: string, scope: ChangeScope) =>
  answer(
    api.PUT('/repositories/{repository}/branches/{branch}', {
      params: { path: { repository, branch } },
      body: scope,
    }),
  );

export const commitChanges = (
  repository: string,
  branch: string,
  message: string,
  metadata: Record<string, string>,
) =>
  answer(
    api.POST('/repositories/{repository}/branches/{branch}/commits', {
      params: { path: { repository, branch } },
      body: { message, metadata },
    }),
  );
