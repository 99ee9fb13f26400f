/** Which repository's files a folder of a bucket holds, and what they are. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Entry } from '../../api/entries';
import { commitGraphQuery } from '../../api/queries/commits';
import type { Bucket } from '../../api/types';
import { nameOf } from '../../widgets/browser/entries';
import { namespacePrefix } from './namespace-prefix';

export interface Namespace {
  id: string;
  /** "" where it is the whole bucket. */
  prefix: string;
}

const metadataFolder = '_lakefs/';
const dataFolder = 'data/';

export function useNamespaces(
  bucket: Bucket,
  folder: string,
): { owner: Namespace | undefined; typeOf: (entry: Entry) => string | undefined } {
  const namespaces = useMemo(
    () =>
      bucket.repositories.map(({ id, storage_namespace }) => ({
        id,
        prefix: namespacePrefix(storage_namespace),
      })),
    [bucket],
  );
  const owner = namespaces.find(({ prefix }) => folder.startsWith(prefix));
  const showsMetadata = owner !== undefined && folder === owner.prefix + metadataFolder;
  const { data, hasNextPage } = useInfiniteQuery({
    ...commitGraphQuery(owner?.id ?? ''),
    enabled: showsMetadata,
  });
  const metaranges = useMemo(
    () => new Set(data?.pages.flatMap((page) => page.results.map((commit) => commit.meta_range_id))),
    [data],
  );
  // Of a repository with very many commits not all are known here: what is not a known metarange may be one.
  const otherFile = data === undefined || hasNextPage ? 'range or metarange' : 'range';
  const ownerPrefix = owner?.prefix;
  const typeOf = useCallback(
    (entry: Entry): string | undefined => {
      const root = namespaces.find(({ prefix }) => prefix !== '' && prefix === entry.path);
      if (root) return `namespace of ${root.id}`;
      if (ownerPrefix === undefined) return undefined;
      if (entry.path === ownerPrefix + metadataFolder) return 'ranges, metaranges';
      if (entry.path === ownerPrefix + dataFolder) return 'written objects';
      if (entry.path.startsWith(ownerPrefix + metadataFolder)) {
        const name = nameOf(entry.path);
        if (metaranges.has(name)) return 'metarange';
        return name === 'dummy' ? 'namespace marker' : otherFile;
      }
      return entry.path.startsWith(ownerPrefix + dataFolder) && !entry.isFolder
        ? 'written object'
        : undefined;
    },
    [namespaces, ownerPrefix, metaranges, otherFile],
  );
  return { owner, typeOf };
}
