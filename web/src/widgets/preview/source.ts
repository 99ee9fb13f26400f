/** Where a preview's bytes come from: an object of a repository or of a bucket. Views read ranges, never more than they show. */
import { queryOptions } from '@tanstack/react-query';
import { readObject } from '../../api/queries/objects';
import { getObject } from '../../api/s3';

export interface PreviewSource {
  /** Tells contents apart; the bytes behind one never change. */
  id: readonly string[];
  /** The path or key: its name tells how it is shown. */
  path: string;
  sizeBytes: number;
  contentType: string;
  /** The bytes [start, end). */
  read: (start: number, end: number, signal?: AbortSignal) => Promise<Blob>;
  /** Of an object of the same tree that a document names: its first bytes, and the page that shows it. */
  readOther: (path: string, amount: number, signal?: AbortSignal) => Promise<Blob>;
  otherUrl: (path: string) => string;
}

/** Where a page of this application is, for a plain link. */
function pageUrl(path: string, search: Record<string, string>): string {
  return `/ui/${path}?${new URLSearchParams(search)}`;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

export function repositorySource(
  repository: string,
  ref: string,
  object: { path: string; checksum: string; size_bytes?: number; content_type?: string },
): PreviewSource {
  return {
    id: ['repository', repository, ref, object.path, object.checksum],
    path: object.path,
    sizeBytes: object.size_bytes ?? 0,
    contentType: object.content_type ?? '',
    read: (start, end, signal) => readObject(repository, ref, object.path, start, end, signal),
    readOther: (path, amount, signal) => readObject(repository, ref, path, 0, amount, signal),
    otherUrl: (path) =>
      pageUrl(
        `repositories/${encodeURIComponent(repository)}/objects`,
        path.endsWith('/') || path === '' ? { ref, path } : { ref, path: folderOf(path), object: path },
      ),
  };
}

export function bucketSource(
  bucket: string,
  key: string,
  object: { etag: string; size: number; contentType?: string },
): PreviewSource {
  return {
    id: ['bucket', bucket, key, object.etag],
    path: key,
    sizeBytes: object.size,
    contentType: object.contentType ?? '',
    read: async (start, end, signal) => {
      if (end <= start) return new Blob();
      return (await getObject(bucket, key, { range: `bytes=${start}-${end - 1}`, signal })).blob;
    },
    readOther: async (path, amount, signal) =>
      (await getObject(bucket, path, { range: `bytes=0-${amount - 1}`, signal })).blob,
    otherUrl: (path) =>
      pageUrl(
        `buckets/${encodeURIComponent(bucket)}`,
        path.endsWith('/') || path === '' ? { prefix: path } : { prefix: folderOf(path), object: path },
      ),
  };
}

/** The first bytes of an object, at most `amount`. Kept for a minute after the last view of it is gone. */
export const headBytesQuery = (source: PreviewSource, amount: number) => {
  const end = Math.min(amount, source.sizeBytes);
  return queryOptions({
    queryKey: ['preview', ...source.id, end],
    queryFn: async ({ signal }) => new Uint8Array(await (await source.read(0, end, signal)).arrayBuffer()),
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
  });
};
