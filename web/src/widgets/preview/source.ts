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
