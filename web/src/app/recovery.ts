/**
 * A page that lost the server comes back by itself: a request without an answer makes the application ask whether the
 * server is there, and once it is, what could not be reached and what may have changed meanwhile is read again.
 */
import type { Query, QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/error';
import type { Reachability } from '../api/reachability';

const pauseMs = 2000;

export function recoverWhenReachable(queryClient: QueryClient, reachability: Reachability): void {
  let retry: ReturnType<typeof setTimeout> | undefined;
  const askAgain = () => {
    clearTimeout(retry);
    retry = undefined;
    void queryClient.refetchQueries({ predicate: isCutOff });
  };
  let wasAway = false;
  reachability.subscribe(() => {
    const isAway = reachability.awaySince !== undefined;
    if (wasAway && !isAway) {
      askAgain();
      const isOld = (query: Query) => query.state.status === 'success' && query.isStale();
      void queryClient.invalidateQueries({ predicate: isOld });
    }
    wasAway = isAway;
  });
  const onBroken = async () => {
    await reachability.check();
    // The server is there after all: only this request broke.
    if (reachability.awaySince === undefined) retry ??= setTimeout(askAgain, pauseMs);
  };
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error' && isCutOff(event.query)) void onBroken();
  });
  queryClient.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error' && isUnreachable(event.action.error))
      void reachability.check();
  });
}

function isCutOff({ state: { status, error } }: Pick<Query, 'state'>): boolean {
  return status === 'error' && isUnreachable(error);
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.isUnreachable;
}
