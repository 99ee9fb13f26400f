import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';

/** How often the server closes an interval of its series. */
const intervalMs = 10_000;

export const serverQuery = () =>
  queryOptions({
    queryKey: ['server'],
    queryFn: ({ signal }) => answer(api.GET('/server', { signal })),
    refetchInterval: intervalMs,
  });

export const serverSeriesQuery = (minutes: number) =>
  queryOptions({
    queryKey: ['server', 'series', minutes],
    queryFn: ({ signal }) => answer(api.GET('/server/series', { params: { query: { minutes } }, signal })),
    refetchInterval: intervalMs,
    placeholderData: (previous) => previous,
  });
