import type { Pagination } from '../types';

/** The largest page that the server gives: long lists scroll with the fewest requests. */
export const pageAmount = 1000;

/** The first page is less, so that a filter answers at its first key; more than tables ask for ahead. */
const firstPageAmount = 400;

/** How many rows to ask for after `after`; '' is the beginning. */
export function amountAfter(after: string): number {
  return after === '' ? firstPageAmount : pageAmount;
}

/** For `getNextPageParam` of lists of the REST API: the `after` of the next page. */
export function nextOffset(page: { pagination: Pagination }): string | undefined {
  return page.pagination.has_more ? page.pagination.next_offset : undefined;
}

/** Options shared by all infinite lists: a list of a thousand pages is not to be fetched anew because a window got focus. */
export const longList = {
  initialPageParam: '' as string,
  getNextPageParam: nextOffset,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  staleTime: 30_000,
  // Comparing a million rows with themselves at every page would be the slowest thing in the application.
  structuralSharing: false,
} as const;
