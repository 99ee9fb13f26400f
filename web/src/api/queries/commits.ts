import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';

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
