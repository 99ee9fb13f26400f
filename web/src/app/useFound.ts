import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { commitGraphQuery } from '../api/queries/commits';
import { runsQuery, sweepsQuery } from '../api/queries/experiments';
import { firstPathsQuery, pathsBeginningQuery } from '../api/queries/objects';
import { formatCount } from '../ui/format';

export interface Found<Item> {
  items: Item[];
  /** Among what it was looked for, where that was not all: for the heading. */
  among: string;
}

const foundMax = 8;

/** Runs, sweeps, commits and objects of a repository that have a text in their name; nothing for an empty text. */
export function useFound(repository: string | undefined, ref: string | undefined, text: string) {
  const at = repository ?? '';
  const enabled = repository !== undefined && text !== '';
  const sweeps = useInfiniteQuery({ ...sweepsQuery(at), enabled });
  const runs = useInfiniteQuery({ ...runsQuery(at, {}, { by: 'created', direction: 'desc' }), enabled });
  const commits = useInfiniteQuery({ ...commitGraphQuery(at), enabled });
  const isAtRef = enabled && ref !== undefined;
  const paths = useQuery({ ...firstPathsQuery(at, ref ?? ''), enabled: isAtRef, retry: false });
  const beginning = useQuery({ ...pathsBeginningQuery(at, ref ?? '', text), enabled: isAtRef, retry: false });
  const part = text.toLowerCase();
  const has = (name: string) => enabled && name.toLowerCase().includes(part);
  const first = <Item>(items: readonly Item[], matches: (item: Item) => boolean) =>
    items.filter(matches).slice(0, foundMax);

  const allSweeps = sweeps.data?.pages.flatMap((page) => page.results) ?? [];
  const allRuns = runs.data?.pages.flatMap((page) => page.results) ?? [];
  const allCommits = commits.data?.pages.flatMap((page) => page.results) ?? [];
  const allPaths = new Set([...(isAtRef ? (beginning.data ?? []) : []), ...(paths.data?.paths ?? [])]);
  const newest = (count: number, hasMore: boolean) => (hasMore ? `of the newest ${formatCount(count)}` : '');
  return {
    sweeps: {
      items: first(allSweeps, ({ id }) => has(id)),
      among: newest(allSweeps.length, sweeps.hasNextPage),
    },
    runs: {
      items: first(allRuns, ({ name }) => has(name)),
      among: newest(allRuns.length, runs.hasNextPage),
    },
    commits: {
      items: first(allCommits, ({ id, message }) => has(message) || (enabled && id.startsWith(part))),
      among: newest(allCommits.length, commits.hasNextPage),
    },
    paths: {
      items: first([...allPaths], has),
      among:
        paths.data?.hasMore === true
          ? `of the first ${formatCount(paths.data.paths.length)}, and what begins with it`
          : '',
    },
  };
}
