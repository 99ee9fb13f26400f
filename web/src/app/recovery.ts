/** A page that lost the server comes back by itself: what could not be reached is asked again once the server answers. */
import type { Query, QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/error';

const pauseMs = 2000;

export function recoverWhenReachable(queryClient: QueryClient, isReachable: () => Promise<boolean>): void {
  let asking = false;
  const ask = async () => {
    if (await isReachable()) {
      asking = false;
      void queryClient.refetchQueries({ predicate: isCutOff });
    } else {
      setTimeout(() => void ask(), pauseMs);
    }
  };
  queryClient.getQueryCache().subscribe((event) => {
    if (asking || event.type !== 'updated' || event.action.type !== 'error' || !isCutOff(event.query)) return;
    asking = true;
    setTimeout(() => void ask(), pauseMs);
  });
}

function isCutOff({ state: { status, error } }: Pick<Query, 'state'>): boolean {
  return status === 'error' && error instanceof ApiError && error.isUnreachable;
}
