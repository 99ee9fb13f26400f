/**
 * The runs of a repository that match, kept current: pages are loaded one after the other, and what events bring is laid
 * over them, so that a run that changes goes to its place without a request.
 */
import { useDocumentVisibility } from '@mantine/hooks';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { followRepository } from '../../api/events';
import { runQuery, runsQuery, sweepQuery, sweepsQuery, type RunOrder } from '../../api/queries/experiments';
import type { Run, Sweep } from '../../api/types';
import { formatCondition } from './model/conditions';
import { isListed, sortRuns, type RunsView } from './model/rows';

/** As many as are loaded; the server orders, so they are the first ones. */
const pagesMax = 20;

export interface Live {
  /** The latest of each run and sweep that changed since the page was opened. */
  runs: ReadonlyMap<string, Run>;
  connected: boolean;
  /** What is read from now on misses nothing: it is read once, after the events began, and not once more. */
  ready: boolean;
}

/** Events that begin later than this are not waited for. */
const eventsWaitMs = 500;

const nothing: ReadonlyMap<string, Run> = new Map();

/** Follows the repository while the page is looked at. One per page: a browser opens few connections to a host. */
export function useLive(repository: string): Live {
  const queryClient = useQueryClient();
  const visibility = useDocumentVisibility();
  const [runs, setRuns] = useState(nothing);
  const [connected, setConnected] = useState(true);
  const [ready, setReady] = useState(false);
  const wasReady = useRef(false);

  useEffect(() => {
    const readAgain = () => {
      setRuns(nothing);
      for (const resource of ['runs', 'run', 'sweeps', 'sweep', 'metric-series'])
        void queryClient.invalidateQueries({ queryKey: ['repositories', repository, resource] });
    };
    if (visibility === 'hidden') return;
    let isFirst = true;
    const timer = setTimeout(() => {
      isFirst = false;
      setReady(true);
    }, eventsWaitMs);
    const end = followRepository(repository, {
      onRuns: (changed) => {
        setRuns((known) => {
          const next = new Map(known);
          for (const run of changed) next.set(run.id, run);
          return next;
        });
        for (const run of changed) {
          const { queryKey } = runQuery(repository, run.id);
          if (queryClient.getQueryData(queryKey)) queryClient.setQueryData(queryKey, run);
        }
      },
      onSweeps: (changed) => {
        const byId = new Map(changed.map((sweep) => [sweep.id, sweep]));
        for (const sweep of changed) {
          const { queryKey } = sweepQuery(repository, sweep.id);
          if (queryClient.getQueryData(queryKey)) queryClient.setQueryData(queryKey, sweep);
        }
        queryClient.setQueryData(sweepsQuery(repository).queryKey, (known) => {
          if (!known) return undefined;
          const pages = known.pages.map((page) => ({
            ...page,
            results: page.results.map((sweep) => take(byId, sweep)),
          }));
          const [first, ...rest] = pages;
          if (!first || byId.size === 0) return { ...known, pages };
          return { ...known, pages: [{ ...first, results: [...byId.values(), ...first.results] }, ...rest] };
        });
      },
      onConnected: setConnected,
      onOpened: () => {
        // What the page holds from before may be out of date; where nothing was read yet, nothing is read again.
        if (!isFirst || wasReady.current) readAgain();
        isFirst = false;
        wasReady.current = true;
        clearTimeout(timer);
        setReady(true);
      },
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [repository, visibility, queryClient]);
  return { runs, connected, ready };
}

/** The changed sweep in the place of the known one; those left in the map are new. */
function take(changed: Map<string, Sweep>, sweep: Sweep): Sweep {
  const next = changed.get(sweep.id);
  changed.delete(sweep.id);
  return next ?? sweep;
}

export interface Runs {
  /** In order; brushes do not count. */
  runs: readonly Run[];
  isPending: boolean;
  error: unknown;
  onRetry: () => void;
  /** Rows are still being loaded. */
  isLoading: boolean;
  /** There are more than are loaded at all. */
  isCut: boolean;
}

export function useRuns(repository: string, view: RunsView, live: Live): Runs {
  const wanted: RunOrder = { by: serverOrder(view.sort), direction: view.direction };
  const [order, setOrder] = useState(wanted);
  const where = view.conditions.map(formatCondition);
  const filter = {
    sweep: view.sweep,
    states: view.states?.length ? view.states : undefined,
    where: where.length > 0 ? where : undefined,
  };
  const query = useInfiniteQuery({ ...runsQuery(repository, filter, order), enabled: live.ready });
  const pages = query.data?.pages;
  const isCut = query.hasNextPage && (pages?.length ?? 0) >= pagesMax;

  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && !isCut) void fetchNextPage({ cancelRefetch: false });
  }, [hasNextPage, isFetching, isError, isCut, fetchNextPage, pages?.length]);
  // Runs that are all here are sorted here; else the server says which are the first.
  const isComplete = pages !== undefined && !hasNextPage && !query.isPlaceholderData;
  if (!isComplete && (order.by !== wanted.by || order.direction !== wanted.direction)) setOrder(wanted);

  const key = JSON.stringify([view, where]);
  const runs = useMemo(() => {
    const found: Run[] = [];
    const known = new Set<string>();
    for (const page of pages ?? []) {
      for (const run of page.results) {
        // A page may begin with a run that a page before ended with, where runs changed in between.
        if (known.has(run.id)) continue;
        known.add(run.id);
        const latest = live.runs.get(run.id) ?? run;
        if (isListed(view, latest)) found.push(latest);
      }
    }
    if (pages)
      for (const run of live.runs.values()) if (!known.has(run.id) && isListed(view, run)) found.push(run);
    return sortRuns(found, view.sort, view.direction, Date.now());
    // `key` is the view's content.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [pages, live.runs, key]);

  return {
    runs,
    isPending: query.isPending,
    error: query.error ?? undefined,
    onRetry: () => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
    isLoading: query.isFetchingNextPage || (query.isFetching && query.isPlaceholderData),
    isCut,
  };
}

/** What the server can order by; the rest is ordered here, of the newest runs. */
function serverOrder(sort: string): string {
  return sort === 'duration' || sort.startsWith('metric.') || sort.startsWith('param.') ? sort : 'created';
}
