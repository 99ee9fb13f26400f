import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/error';

const retriesMax = 2;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        // "No" is final; a broken connection or server may come back.
        retry: (failures, error) =>
          failures < retriesMax && error instanceof ApiError && (error.status === 0 || error.status >= 500),
      },
      mutations: { retry: false },
    },
  });
}
