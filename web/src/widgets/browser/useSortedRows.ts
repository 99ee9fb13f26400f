import { useEffect, useMemo } from 'react';
import type { RowSource, Sort } from '../../ui/DataTable/types';
import { byName } from '../../ui/natural-order';

/** Longer lists stay in the order in which they come: sorting needs all rows. */
const sortedRowsMax = 20_000;

export interface SortedRows<Row> extends RowSource<Row> {
  /** Undefined: sorted, or not asked to be. Else why not (yet). */
  sortNote: string | undefined;
}

/**
 * The rows of a list by one of their columns. The server lists by name alone, so that it takes the whole list: the rest of
 * it is loaded first. Rows without a value come last; equal ones stay in their order.
 */
export function useSortedRows<Row>(
  source: RowSource<Row>,
  sort: Sort | undefined,
  valueOf: (row: Row, column: string) => string | number | undefined,
): SortedRows<Row> {
  const { rows, hasMore = false, isLoadingMore = false, error, onLoadMore } = source;
  const isTooLong = rows.length > sortedRowsMax;
  const wantsMore = sort !== undefined && hasMore && !isLoadingMore && !isTooLong && error === undefined;
  useEffect(() => {
    if (wantsMore) onLoadMore?.();
    // `onLoadMore` is new at each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wantsMore, rows.length]);
  const isSorted = sort !== undefined && !hasMore && !isTooLong;
  const column = sort?.column;
  const direction = sort?.direction;
  const sorted = useMemo(() => {
    if (!isSorted || column === undefined) return rows;
    const turned = direction === 'desc' ? -1 : 1;
    return Array.from(rows, (row) => ({ row, value: valueOf(row, column) }))
      .sort((left, right) => {
        if (left.value === undefined || right.value === undefined) {
          return Number(left.value === undefined) - Number(right.value === undefined);
        }
        return turned * compareValues(left.value, right.value);
      })
      .map(({ row }) => row);
  }, [rows, isSorted, column, direction, valueOf]);
  const sortNote =
    sort === undefined || isSorted
      ? undefined
      : isTooLong
        ? 'too many to be sorted: by name'
        : 'sorted when all are loaded';
  return { ...source, rows: sorted, sortNote };
}

function compareValues(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return byName(String(left), String(right));
}
