import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import type { CommitGraph } from '../types';
import { longList, pageAmount } from './paging';

/** A commit by its id, or by anything that names one. */
export const commitQuery = (repository: string, commit: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'commits', commit],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/commits/{commit}', {
          params: { path: { repository, commit } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });

/** Commits of all branches, newest first, children before parents, with the branches and tags on them. */
export const commitGraphQuery = (repository: string) =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'commits', 'graph'],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories/{repository}/graph', {
          params: { path: { repository }, query: { after: pageParam, amount: pageAmount } },
          signal,
        }),
      ),
    ...longList,
  });

/** The history of a ref; with `prefix` only the commits that changed something below it. */
export const commitLogQuery = (repository: string, ref: string, prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'commits', 'log', { ref, prefix }],
    queryFn: async ({ pageParam, signal }): Promise<CommitGraph> => {
      const prefixes = prefix === '' ? undefined : [prefix];
      const page = await answer(
        api.GET('/repositories/{repository}/refs/{ref}/commits', {
          params: {
            path: { repository, ref },
            query: { after: pageParam, amount: pageAmount, prefixes },
          },
          signal,
        }),
      );
      return { ...page, refs: [] };
    },
    ...longList,
  });

/** Which parent of a merge a revert or a cherry-pick is against; 1 is the first. Not for commits with one parent. */
export interface CommitChoice {
  ref: string;
  parentNumber?: number;
  message?: string;
}

export const revertCommit = (repository: string, branch: string, choice: CommitChoice) =>
  answer(
    api.POST('/repositories/{repository}/branches/{branch}/revert', {
      params: { path: { repository, branch } },
      body: commitChoice(choice),
    }),
  );

/** Answers the new commit. */
export const cherryPickCommit = (repository: string, branch: string, choice: CommitChoice) =>
  answer(
    api.POST('/repositories/{repository}/branches/{branch}/cherry-pick', {
      params: { path: { repository, branch } },
      body: commitChoice(choice),
    }),
  );

function commitChoice({ ref, parentNumber, message }: CommitChoice) {
  return {
    ref,
    ...(parentNumber === undefined ? {} : { parent_number: parentNumber }),
    ...(message ? { commit_overrides: { message } } : {}),
  };
}
