import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';

const refreshMs = 5000;

/** The sweeps that are under way, of all repositories. */
export const activeSweepsQuery = () =>
  queryOptions({
    queryKey: ['sweeps', 'active'],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/sweeps', { params: { query: { active: true } }, signal }))).results,
    refetchInterval: refreshMs,
  });
