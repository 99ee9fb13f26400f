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

/** A list of so many pages is read again whenever it is looked at; a longer one only when that is asked for. */
const refreshedPagesMax = 5;
/** So old a list may be shown without being asked for again. */
const freshMs = 2000;

function isShort({ state }: { state: { data?: unknown } }): boolean {
  const data = state.data as { pages?: unknown[] } | undefined;
  return (data?.pages?.length ?? 0) <= refreshedPagesMax;
}

/** Options shared by all infinite lists: a list of a thousand pages is not to be fetched anew because a window got focus. */
export const longList = {
  initialPageParam: '' as string,
  getNextPageParam: nextOffset,
  refetchOnWindowFocus: (query: { state: { data?: unknown } }) => (isShort(query) ? 'always' : false),
  refetchOnMount: isShort,
  refetchOnReconnect: false,
  staleTime: freshMs,
  // Comparing a million rows with themselves at every page would be the slowest thing in the application.
  structuralSharing: false,
} as const;

/** What the first pages of a list hold: all of it, but where it is longer. */
export async function firstPages<Item>(
  pagesMax: number,
  load: (page: { after: string; amount: number }) => Promise<{ results: Item[]; pagination: Pagination }>,
): Promise<{ items: Item[]; hasMore: boolean }> {
  const items: Item[] = [];
  let after = '';
  for (let page = 0; page < pagesMax; ++page) {
    const { results, pagination } = await load({ after, amount: pageAmount });
    items.push(...results);
    if (!pagination.has_more) return { items, hasMore: false };
    after = pagination.next_offset;
  }
  return { items, hasMore: true };
}
