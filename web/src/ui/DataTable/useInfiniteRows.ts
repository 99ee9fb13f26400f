import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { PagedRows, type RowList } from './rows';
import type { RowSource } from './types';

/** The rows of a paged query, for a DataTable: `{...useInfiniteRows(useInfiniteQuery(...), (page) => page.results)}`. */
export function useInfiniteRows<Page, Row>(
  query: UseInfiniteQueryResult<InfiniteData<Page>>,
  rowsOf: (page: Page) => RowList<Row>,
): RowSource<Row> {
  const pages = query.data?.pages;
  // `rowsOf` is an inline function: it does not tell pages apart.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const rows = useMemo(() => new PagedRows((pages ?? []).map(rowsOf)), [pages]);
  return {
    rows,
    isPending: query.isPending,
    error: query.error ?? undefined,
    onRetry: () => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    onLoadMore: () => void query.fetchNextPage({ cancelRefetch: false }),
  };
}
