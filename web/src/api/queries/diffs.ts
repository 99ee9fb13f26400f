import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { longList, pageAmount } from './paging';

/** three_dot: what `right` changed since both parted; two_dot: the two as they are. */
export type DiffKind = 'three_dot' | 'two_dot';

/** Differences counted by the next part of their paths below `prefix`, and all together. */
export const diffSummaryQuery = (
  repository: string,
  left: string,
  right: string,
  kind: DiffKind,
  prefix = '',
) =>
  queryOptions({
    queryKey: ['repositories', repository, 'diff', { left, right, kind }, 'summary', prefix],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/refs/{left}/diff/{right}/summary', {
          params: { path: { repository, left, right }, query: { type: kind, prefix, delimiter: '/' } },
          signal,
        }),
      ),
    staleTime: 30_000,
  });

/** Every single difference below `prefix`, by path. */
export const diffQuery = (repository: string, left: string, right: string, kind: DiffKind, prefix = '') =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'diff', { left, right, kind }, 'list', prefix],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories/{repository}/refs/{left}/diff/{right}', {
          params: {
            path: { repository, left, right },
            query: { type: kind, prefix, after: pageParam, amount: pageAmount },
          },
          signal,
        }),
      ),
    ...longList,
  });

export interface MergeChoice {
  strategy: 'none' | 'source-wins' | 'dest-wins';
  message: string;
  metadata: Record<string, string>;
  squash: boolean;
  /** What the destination was when the choice was made: where it moved since, the merge is refused (412). */
  expectedDestinationCommit: string;
}

/** Merges a ref into a branch; answers the merge's commit. A conflict is an ApiError 409. */
export const mergeRefs = async (
  repository: string,
  source: string,
  destination: string,
  choice: MergeChoice,
): Promise<string> => {
  const merged = await answer(
    api.POST('/repositories/{repository}/refs/{source}/merge/{destination}', {
      params: { path: { repository, source, destination } },
      body: {
        strategy: choice.strategy,
        message: choice.message,
        metadata: choice.metadata,
        squash_merge: choice.squash,
        expected_destination_commit: choice.expectedDestinationCommit,
      },
    }),
  );
  return merged.reference;
};

/** What is known of an object at a ref; null where there is none. */
export const objectAtQuery = (repository: string, ref: string, path: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'objects', 'at', { ref, path }],
    // By a listing: that there is none is an answer of it, not an error.
    queryFn: async ({ signal }) => {
      const { results } = await answer(
        api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
          params: { path: { repository, ref }, query: { prefix: path, amount: 1, user_metadata: true } },
          signal,
        }),
      );
      const [first] = results;
      return first?.path === path ? first : null;
    },
    staleTime: 30_000,
  });

/** The bytes of an object, or the first `amount` of them. An empty object is not asked for. */
export const objectBytesQuery = (
  repository: string,
  ref: string,
  path: string,
  checksum: string,
  sizeBytes: number,
  amount: number,
) =>
  queryOptions({
    queryKey: ['repositories', repository, 'objects', 'bytes', { ref, path, checksum, sizeBytes, amount }],
    queryFn: async ({ signal }): Promise<ArrayBuffer> => {
      if (sizeBytes === 0) return new ArrayBuffer(0);
      const bytes: unknown = await answer(
        api.GET('/repositories/{repository}/refs/{ref}/objects', {
          params: { path: { repository, ref }, query: { path } },
          headers: { range: `bytes=0-${amount - 1}` },
          parseAs: 'arrayBuffer',
          signal,
        }),
      );
      return bytes as ArrayBuffer;
    },
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
  });
