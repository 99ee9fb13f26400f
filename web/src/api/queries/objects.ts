import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api, apiBase } from '../client';
import { EntryList, type Entry } from '../entries';
import type { ObjectStats } from '../types';
import { amountAfter, firstPages, longList, pageAmount } from './paging';

export type RefKind = 'branch' | 'tag' | 'commit';

/**
 * What a ref names. Asked by the lists of branches and tags, in which the ref itself comes first among all that begin with
 * it: nothing has to fail to find out.
 */
export const refKindQuery = (repository: string, ref: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'refs', 'kind', ref],
    queryFn: async ({ signal }): Promise<RefKind> => {
      const params = { path: { repository }, query: { prefix: ref, amount: 1 } };
      const [branches, tags] = await Promise.all([
        answer(api.GET('/repositories/{repository}/branches', { params, signal })),
        answer(api.GET('/repositories/{repository}/tags', { params, signal })),
      ]);
      if (branches.results[0]?.id === ref) return 'branch';
      return tags.results[0]?.id === ref ? 'tag' : 'commit';
    },
    staleTime: 60_000,
  });

/** What lies directly below a prefix at a ref: objects, and the prefixes of deeper ones. By path. */
export const objectsQuery = (repository: string, ref: string, prefix: string) =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'objects', 'list', { ref, prefix }],
    queryFn: async ({ pageParam, signal }) => {
      const page = await answer(
        api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
          params: {
            path: { repository, ref },
            query: {
              prefix,
              delimiter: '/',
              after: pageParam,
              amount: amountAfter(pageParam),
              user_metadata: false,
            },
          },
          signal,
        }),
      );
      return { entries: new EntryList(prefix, page.results.map(asEntry)), pagination: page.pagination };
    },
    ...longList,
  });

function asEntry(stats: ObjectStats): Entry {
  const isFolder = stats.path_type === 'common_prefix';
  return {
    path: stats.path,
    isFolder,
    sizeBytes: stats.size_bytes ?? 0,
    modifiedMs: isFolder ? undefined : stats.mtime * 1000,
    contentType: stats.content_type ?? '',
    version: stats.checksum,
  };
}

/** The bytes [start, end) of an object. */
export async function readObject(
  repository: string,
  ref: string,
  path: string,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Blob> {
  if (end <= start) return new Blob();
  const blob: unknown = await answer(
    api.GET('/repositories/{repository}/refs/{ref}/objects', {
      params: { path: { repository, ref }, query: { path } },
      headers: { range: `bytes=${start}-${end - 1}` },
      parseAs: 'blob',
      signal,
    }),
  );
  return blob as Blob;
}

/** Where a browser downloads an object, signed in by the session. */
export function objectUrl(repository: string, ref: string, path: string): string {
  const at = `${encodeURIComponent(repository)}/refs/${encodeURIComponent(ref)}`;
  return `${apiBase}/repositories/${at}/objects?path=${encodeURIComponent(path)}`;
}

/** Replaces an object's user metadata; a change of the branch that is to be committed. */
export const setUserMetadata = (
  repository: string,
  branch: string,
  path: string,
  metadata: Record<string, string>,
) =>
  answer(
    api.PUT('/repositories/{repository}/branches/{branch}/objects/stat/user_metadata', {
      params: { path: { repository, branch }, query: { path } },
      body: { set: metadata },
    }),
  );

/** lakeFS's limit of one request. */
const deletePathsMax = 1000;

/** Deletes objects on a branch, to be committed. Answers those that could not be deleted. */
export async function deletePaths(
  repository: string,
  branch: string,
  paths: readonly string[],
): Promise<{ path: string; message: string }[]> {
  const failed: { path: string; message: string }[] = [];
  for (let start = 0; start < paths.length; start += deletePathsMax) {
    const result = await answer(
      api.POST('/repositories/{repository}/branches/{branch}/objects/delete', {
        params: { path: { repository, branch } },
        body: { paths: paths.slice(start, start + deletePathsMax) },
      }),
    );
    for (const error of result.errors) failed.push({ path: error.path ?? '', message: error.message });
  }
  return failed;
}

const [pathPagesMax, beginningMax] = [3, 20];

/** The first paths of a ref, folders not folded: for searching them by any part. */
export const firstPathsQuery = (repository: string, ref: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'objects', 'first-paths', ref],
    queryFn: async ({ signal }) => {
      const { items, hasMore } = await firstPages(pathPagesMax, (page) =>
        answer(
          api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
            params: { path: { repository, ref }, query: { ...page, user_metadata: false } },
            signal,
          }),
        ),
      );
      return { paths: items.map(({ path }) => path), hasMore };
    },
    staleTime: 30_000,
  });

/** Some paths of a ref that begin with a text. */
export const pathsBeginningQuery = (repository: string, ref: string, text: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'objects', 'beginning', { ref, text }],
    queryFn: async ({ signal }) => {
      const { results } = await answer(
        api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
          params: {
            path: { repository, ref },
            query: { prefix: text, amount: beginningMax, user_metadata: false },
          },
          signal,
        }),
      );
      return results.map(({ path }) => path);
    },
  });

/** All objects below a prefix, a page at a time. */
export async function* pathsBelow(repository: string, ref: string, prefix: string): AsyncGenerator<string[]> {
  for (let after = ''; ;) {
    const page = await answer(
      api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
        params: {
          path: { repository, ref },
          query: { prefix, after, amount: pageAmount, user_metadata: false },
        },
      }),
    );
    yield page.results.map((entry) => entry.path);
    if (!page.pagination.has_more) return;
    after = page.pagination.next_offset;
  }
}

/** A link that needs no sign-in, for as long as it lasts. Keys of repositories begin with a ref. */
export const presignedUrl = (bucket: string, key: string) =>
  answer(api.GET('/presigned_url', { params: { query: { bucket, key } } }));
