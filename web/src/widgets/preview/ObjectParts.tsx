/** Reads an object part by part, from its beginning or from its end, and says how much of it is shown. */
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement, type ReactNode } from 'react';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { formatBytes } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { Note } from './HeadOfObject';
import { joinParts, partRange, type PartsFrom } from './parts';
import classes from './preview.module.css';
import type { PreviewSource } from './source';

export interface Parts {
  bytes: Uint8Array<ArrayBuffer>;
  from: PartsFrom;
  /** There is more after them; before them where they are from the end. */
  isCut: boolean;
  /** Where in the object the first of them is. */
  start: number;
}

export function ObjectParts({
  source,
  amount,
  unit = 1,
  onlyFromStart = false,
  children,
}: {
  source: PreviewSource;
  /** Bytes of a part. */
  amount: number;
  /** Parts begin at multiples of it. */
  unit?: number;
  /** What is shown makes no sense without its beginning. */
  onlyFromStart?: boolean;
  children: (parts: Parts) => ReactNode;
}): ReactElement {
  const [from, setFrom] = useState<PartsFrom>('start');
  const { sizeBytes } = source;
  // All else follows from the source.
  // eslint-disable-next-line @tanstack/query/exhaustive-deps
  const query = useInfiniteQuery({
    queryKey: ['preview', ...source.id, 'parts', from, amount],
    queryFn: async ({ pageParam, signal }) => {
      const [start, end] = partRange(pageParam, from, sizeBytes, amount, unit);
      return new Uint8Array(await (await source.read(start, end, signal)).arrayBuffer());
    },
    initialPageParam: 0,
    getNextPageParam: (_, pages) => {
      const [start, end] = partRange(pages.length, from, sizeBytes, amount, unit);
      return end > start ? pages.length : undefined;
    },
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
  });
  const pages = query.data?.pages;
  const bytes = useMemo(() => pages && joinParts(pages, from), [pages, from]);
  if (!bytes) {
    if (!query.isError) return <LoadingState rows={10} />;
    return (
      <ErrorState
        title="The object could not be read"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const isCut = query.hasNextPage;
  const start = from === 'start' ? 0 : sizeBytes - bytes.length;
  return (
    <>
      {sizeBytes > amount && (
        <Note>
          <div className={classes.partsBar}>
            <span>
              {isCut
                ? `The ${from === 'start' ? 'first' : 'last'} ${formatBytes(bytes.length)} of ${formatBytes(sizeBytes)} are shown.`
                : `All ${formatBytes(sizeBytes)} are shown.`}
              {query.isFetchNextPageError && ` ${messageOf(query.error)}`}
            </span>
            {isCut && (
              <Button
                size="compact-xs"
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage({ cancelRefetch: false })}
              >
                {from === 'start' ? 'Show more' : 'Show what comes before'}
              </Button>
            )}
            {!onlyFromStart && (isCut || from === 'end') && (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => setFrom(from === 'start' ? 'end' : 'start')}
              >
                {from === 'start' ? 'Jump to the end' : 'Back to the beginning'}
              </Button>
            )}
          </div>
        </Note>
      )}
      {children({ bytes, from, isCut, start })}
    </>
  );
}
