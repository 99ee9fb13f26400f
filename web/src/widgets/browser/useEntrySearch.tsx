import { Button } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { comparePaths, type Entry, type EntryList } from '../../api/entries';
import { PagedRows } from '../../ui/DataTable/rows';
import type { RowSource } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { formatCount } from '../../ui/format';

/** So many names are looked through unasked, and so many more whenever that is asked for. */
const [searchedMax, moreSearched] = [10_000, 50_000];

interface EntryPage {
  entries: EntryList;
}
type EntryQuery = UseInfiniteQueryResult<InfiniteData<EntryPage>>;

export interface EntrySearch {
  /** What is found, by path. */
  source: RowSource<Entry>;
  /** Where not all names were looked through: says which were, and goes on when that is asked for. */
  note: ReactElement | null;
}

/** The first pages that hold so many entries together. */
function upTo(pages: readonly EntryPage[], count: number): EntryPage[] {
  let sum = 0;
  const isOver = pages.findIndex((page) => (sum += page.entries.length) >= count);
  return isOver === -1 ? [...pages] : pages.slice(0, isOver + 1);
}

/**
 * What a folder holds, or of that what has a text anywhere in its name. Servers find what begins with a text, in any folder at
 * once: `beginning`. The other names are looked through here, as many as are in `whole` (the folder without a filter), which is
 * read on up to a limit; that there are more is said.
 */
export function useEntrySearch(
  beginning: EntryQuery,
  whole: EntryQuery,
  folder: string,
  text: string,
): EntrySearch {
  const found = useInfiniteRows(beginning, (page) => page.entries);
  const isSearch = text !== '';
  const key = `${folder}\n${text}`;
  const [asked, setAsked] = useState({ key, limit: searchedMax });
  const limit = asked.key === key ? asked.limit : searchedMax;
  const whatThereIs = whole.data?.pages;
  // Looking through a million names that happen to be there would hold up each key.
  const pages = useMemo(() => upTo(whatThereIs ?? [], limit), [whatThereIs, limit]);
  const searched = pages.reduce((sum, page) => sum + page.entries.length, 0);
  const hasMore = whole.hasNextPage;
  const goesOn = isSearch && hasMore && searched < limit && !whole.isError;
  const { fetchNextPage, isFetching } = whole;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage({ cancelRefetch: false });
  }, [goesOn, isFetching, fetchNextPage]);
  // Rows that came in between while one looks would move the others: all at once.
  const isDone = isSearch && !goesOn && whatThereIs !== undefined;
  const others = useMemo(() => {
    if (!isDone) return [];
    const part = text.toLowerCase();
    return pages.flatMap((page) =>
      page.entries.matching(part).filter(({ path }) => !path.startsWith(folder + text)),
    );
  }, [isDone, pages, folder, text]);
  const rows = useMemo(() => {
    if (others.length === 0) return found.rows;
    const before = others.filter(({ path }) => comparePaths(path, folder + text) < 0);
    const after = found.hasMore ? [] : others.slice(before.length);
    return new PagedRows([before, found.rows, after]);
  }, [others, found.rows, found.hasMore, folder, text]);
  const isCut = isDone && (hasMore || pages.length < whatThereIs.length);
  const isNothingYet = isSearch && rows.length === 0 && !isDone && !whole.isError;
  return {
    source: {
      ...found,
      rows,
      isPending: found.isPending || isNothingYet,
      error: found.error ?? (isSearch ? (whole.error ?? undefined) : undefined),
      onRetry: () => {
        found.onRetry?.();
        if (whole.isError) void whole.refetch();
      },
    },
    note: isCut ? (
      <>
        All names that begin with “{text}”; for names that have it elsewhere, the first{' '}
        {formatCount(searched)} were searched.{' '}
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => setAsked({ key, limit: searched + moreSearched })}
        >
          Search on
        </Button>
      </>
    ) : goesOn ? (
      <>Searching the other names</>
    ) : null,
  };
}
