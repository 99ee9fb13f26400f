import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { getObject, listObjects, type S3Object } from '../s3';
import type { ImportLocation, ImportStatus } from '../types';
import { pageAmount } from './paging';

const pollMs = 500;

export interface ImportProgress extends ImportStatus {
  /** Since the last answer, smoothed; absent before there are two. */
  objectsPerSecond?: number;
  askedMs: number;
}

/** Answers the import's id, and the server's time before it began. */
export const startImport = async (
  repository: string,
  branch: string,
  paths: ImportLocation[],
  message: string,
  metadata: Record<string, string>,
): Promise<{ id: string; sinceMs: number }> => {
  const params = { path: { repository, branch } };
  const { id } = await answer(
    api.POST('/repositories/{repository}/branches/{branch}/import', {
      params,
      body: { paths, commit: { message, metadata } },
    }),
  );
  const status = await answer(
    api.GET('/repositories/{repository}/branches/{branch}/import', {
      params: { ...params, query: { id } },
    }),
  );
  // The first answer is younger than the beginning by the length of two requests; S3's times are whole seconds.
  return { id, sinceMs: Math.floor(Date.parse(status.update_time) / 1000) * 1000 - 1000 };
};

export const cancelImport = (repository: string, branch: string, id: string) =>
  answer(
    api.DELETE('/repositories/{repository}/branches/{branch}/import', {
      params: { path: { repository, branch }, query: { id } },
    }),
  );

/** How far an import is; asked again until it ended. */
export const importQuery = (repository: string, branch: string, id: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'imports', { branch, id }],
    queryFn: async ({ client, queryKey, signal }): Promise<ImportProgress> => {
      const before = client.getQueryData<ImportProgress>(queryKey);
      const status = await answer(
        api.GET('/repositories/{repository}/branches/{branch}/import', {
          params: { path: { repository, branch }, query: { id } },
          signal,
        }),
      );
      const askedMs = Date.now();
      return { ...status, askedMs, objectsPerSecond: smoothedRate(before, status, askedMs) };
    },
    refetchInterval: (query) => (query.state.data?.completed || query.state.data?.error ? false : pollMs),
    refetchOnWindowFocus: false,
    retry: 2,
  });

/** How much the latest interval counts. */
const newShare = 0.4;

export function smoothedRate(
  before: ImportProgress | undefined,
  now: ImportStatus,
  nowMs: number,
): number | undefined {
  if (!before || nowMs <= before.askedMs) return before?.objectsPerSecond;
  const gained = (now.ingested_objects ?? 0) - (before.ingested_objects ?? 0);
  const rate = (gained * 1000) / (nowMs - before.askedMs);
  return before.objectsPerSecond === undefined
    ? rate
    : before.objectsPerSecond * (1 - newShare) + rate * newShare;
}

export interface MetadataFile extends S3Object {
  kind: 'metarange' | 'range';
}

export interface MetadataFiles {
  files: MetadataFile[];
  /** There are more in the namespace than were looked at. */
  isPartial: boolean;
}

const metadataPagesMax = 20;

/** The metadata files of a namespace that were written since a time of the server. */
export const metadataFilesQuery = (namespace: string, sinceMs: number) =>
  queryOptions({
    queryKey: ['buckets', parseUri(namespace).bucket, 'metadata-files', namespace, sinceMs],
    queryFn: async ({ signal }): Promise<MetadataFiles> => {
      const { bucket, key } = parseUri(namespace);
      const prefix = `${key === '' || key.endsWith('/') ? key : `${key}/`}_lakefs/`;
      const written: S3Object[] = [];
      let continuation: string | undefined;
      for (let page = 0; page < metadataPagesMax; ++page) {
        const listing = await listObjects(bucket, { prefix, continuation, amount: pageAmount, signal });
        written.push(...listing.objects.filter((object) => object.modifiedMs >= sinceMs));
        continuation = listing.next;
        if (continuation === undefined) break;
      }
      const files: MetadataFile[] = [];
      for (const file of written) {
        const kind = await kindOfFile(bucket, file, signal);
        files.push({ ...file, kind });
      }
      return { files, isPartial: continuation !== undefined };
    },
    staleTime: Infinity,
  });

/** Properties come last in a metadata file, as they are; see docs/formats/sstable.md. */
const propertiesBytesMax = 4096;
const metarangeType = 'metaranges';

/** A file tells by its property `type` what it is. */
async function kindOfFile(
  bucket: string,
  file: S3Object,
  signal: AbortSignal,
): Promise<MetadataFile['kind']> {
  const range = `bytes=-${propertiesBytesMax}`;
  const { blob } = await getObject(bucket, file.key, { range, signal });
  return (await blob.text()).includes(metarangeType) ? 'metarange' : 'range';
}

/** "s3://bucket/some/key" in its parts. */
export function parseUri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  return { bucket: match?.[1] ?? '', key: match?.[2] ?? '' };
}
