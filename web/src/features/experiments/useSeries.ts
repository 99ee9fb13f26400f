/** One metric's series of chosen runs. Those of runs that are over are read once, the others again and again. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { metricSeriesQuery } from '../../api/queries/experiments';
import type { MetricSeries, Run } from '../../api/types';
import { isActive } from './model/states';

const refreshMs = 2000;

export interface Series {
  series: readonly MetricSeries[];
  isPending: boolean;
  error: unknown;
  onRetry: () => void;
}

export function useSeries(
  repository: string,
  runs: readonly Run[],
  metric: string,
  pointsMax: number,
  enabled = true,
): Series {
  const having = runs.filter((run) => run.metrics[metric] !== undefined);
  // In one order, so that a table that is sorted anew asks nothing anew.
  const ids = (live: boolean) =>
    having
      .filter((run) => isActive(run.state) === live)
      .map(({ id }) => id)
      .sort();
  const over = ids(false);
  const live = ids(true);
  const overQuery = useQuery({
    ...metricSeriesQuery(repository, over, metric, pointsMax),
    enabled: enabled && over.length > 0,
    staleTime: Infinity,
  });
  const liveQuery = useQuery({
    ...metricSeriesQuery(repository, live, metric, pointsMax),
    enabled: enabled && live.length > 0,
    refetchInterval: refreshMs,
  });
  const wanted = [...over, ...live].join(' ');
  const series = useMemo(() => {
    const ids = new Set(wanted.split(' '));
    const byRun = new Map<string, MetricSeries>();
    for (const each of [...(overQuery.data ?? []), ...(liveQuery.data ?? [])])
      if (each.name === metric && ids.has(each.run)) byRun.set(each.run, each);
    return [...byRun.values()];
  }, [overQuery.data, liveQuery.data, wanted, metric]);
  const isWaiting = (query: typeof overQuery, ids: readonly string[]) => ids.length > 0 && query.isPending;
  return {
    series,
    isPending: series.length === 0 && (isWaiting(overQuery, over) || isWaiting(liveQuery, live)),
    error: overQuery.error ?? liveQuery.error ?? undefined,
    onRetry: () => {
      if (overQuery.isError) void overQuery.refetch();
      if (liveQuery.isError) void liveQuery.refetch();
    },
  };
}
