import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import { readRun, readRuns, readSeries } from '../numbers';
import type { ObjectStats, RunState } from '../types';
import { longList, pageAmount } from './paging';
import { isWithin } from '../outputs';

const refreshMs = 5000;

/** The sweeps that are under way, of all repositories. */
export const activeSweepsQuery = () =>
  queryOptions({
    queryKey: ['sweeps', 'active'],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/sweeps', { params: { query: { active: true } }, signal }))).results,
    refetchInterval: refreshMs,
  });

export const sweepsQuery = (repository: string) =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'sweeps'],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/repositories/{repository}/sweeps', {
          params: { path: { repository }, query: { after: pageParam, amount: pageAmount } },
          signal,
        }),
      ),
    ...longList,
  });

export const sweepQuery = (repository: string, sweep: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'sweep', sweep],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/sweeps/{sweep}', {
          params: { path: { repository, sweep } },
          signal,
        }),
      ),
  });

export interface RunFilter {
  sweep?: string;
  states?: readonly RunState[];
  /** `param.optimizer=adam`, `metric.accuracy>=0.9`; all hold. */
  where?: readonly string[];
}

export interface RunOrder {
  /** created, duration, `metric.<name>` or `param.<name>` */
  by: string;
  direction: 'asc' | 'desc';
}

export const runsQuery = (repository: string, filter: RunFilter, order: RunOrder) =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'runs', { filter, order }],
    queryFn: async ({ pageParam, signal }) =>
      readRuns(
        await answer(
          api.GET('/repositories/{repository}/runs', {
            params: {
              path: { repository },
              query: {
                sweep: filter.sweep,
                state: filter.states && [...filter.states],
                where: filter.where && [...filter.where],
                order_by: order.by,
                direction: order.direction,
                after: pageParam,
                amount: pageAmount,
              },
            },
            signal,
          }),
        ),
      ),
    ...longList,
    placeholderData: keepPreviousData,
  });

export const runQuery = (repository: string, run: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'run', run],
    queryFn: async ({ signal }) =>
      readRun(
        await answer(
          api.GET('/repositories/{repository}/runs/{run}', { params: { path: { repository, run } }, signal }),
        ),
      ),
  });

/** The most runs that one question for series may name. */
export const seriesRunsMax = 100;

/** Of up to `seriesRunsMax` runs; every run has at most `points_max` points. */
export const metricSeriesQuery = (
  repository: string,
  runs: readonly string[],
  name: string,
  points_max: number,
) =>
  queryOptions({
    queryKey: ['repositories', repository, 'metric-series', { name, points_max, runs }],
    queryFn: async ({ signal }) =>
      (
        await answer(
          api.GET('/repositories/{repository}/metric_series', {
            params: { path: { repository }, query: { run: [...runs], name: [name], points_max } },
            signal,
          }),
        )
      ).results.map(readSeries),
    enabled: runs.length > 0,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });

export type LogStream = 'stdout' | 'stderr';

/** A piece of what a run printed; a negative offset counts from the end. */
export const readRunLog = (
  repository: string,
  run: string,
  stream: LogStream,
  offset: number,
  amount: number,
  signal?: AbortSignal,
) =>
  answer(
    api.GET('/repositories/{repository}/runs/{run}/log', {
      params: { path: { repository, run }, query: { stream, offset, amount } },
      signal,
    }),
  );

/** The last bytes of a stream, which holds `size` bytes so far. */
export const runTailQuery = (
  repository: string,
  run: string,
  stream: LogStream,
  bytes: number,
  size: number,
) =>
  queryOptions({
    queryKey: ['repositories', repository, 'run-tail', { run, stream, bytes, size }],
    queryFn: async ({ signal }) => (await readRunLog(repository, run, stream, -bytes, bytes, signal)).text,
    staleTime: Infinity,
  });

export const cancelRun = (repository: string, run: string) =>
  answer(api.POST('/repositories/{repository}/runs/{run}/cancel', { params: { path: { repository, run } } }));

export const cancelSweep = (repository: string, sweep: string) =>
  answer(
    api.POST('/repositories/{repository}/sweeps/{sweep}/cancel', { params: { path: { repository, sweep } } }),
  );

export const deleteSweep = (repository: string, sweep: string) =>
  answer(
    api.DELETE('/repositories/{repository}/sweeps/{sweep}', { params: { path: { repository, sweep } } }),
  );

/** The first thousand objects below a prefix, folders not folded. */
export const filesBelowQuery = (repository: string, ref: string, prefix: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'files-below', { ref, prefix }],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
          params: { path: { repository, ref }, query: { prefix, amount: pageAmount } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });

/** So many files of a run are read before they are shown; further ones when they are scrolled to. */
const runFilesAtOnce = 200;

/**
 * The files of a run, place by place. A place that ends with a slash is a folder, another one an object or a folder; folders
 * within are not folded.
 */
export const runFilesQuery = (repository: string, ref: string, places: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ['repositories', repository, 'run-files', { ref, places }],
    queryFn: async ({ pageParam, signal }) => {
      const files: ObjectStats[] = [];
      let { place, after } = pageParam;
      while (files.length < runFilesAtOnce) {
        const prefix = places.at(place);
        if (prefix === undefined) break;
        const { results, pagination } = await answer(
          api.GET('/repositories/{repository}/refs/{ref}/objects/ls', {
            params: { path: { repository, ref }, query: { prefix, after, amount: pageAmount } },
            signal,
          }),
        );
        files.push(...results.filter(({ path }) => isWithin(path, prefix)));
        if (!pagination.has_more) ++place;
        after = pagination.has_more ? pagination.next_offset : '';
      }
      return { files, next: { place, after } };
    },
    initialPageParam: { place: 0, after: '' },
    getNextPageParam: ({ next }) => (next.place < places.length ? next : undefined),
    staleTime: 60_000,
  });
