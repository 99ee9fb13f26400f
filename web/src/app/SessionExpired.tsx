import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { sessionQuery } from '../api/queries/session';
import { onSessionExpired } from '../api/session-events';
import type { Session } from '../api/types';
import { lazyControl } from '../ui/lazy-part';

const SessionExpiredDialog = lazyControl(
  () => import('./SessionExpiredDialog').then((module) => module.SessionExpiredDialog),
  () => null,
);

/** Asks for the secret again on top of the page, which keeps what was typed, chosen and scrolled. */
export function SessionExpired({ session }: { session: Session }): ReactElement | null {
  const queryClient = useQueryClient();
  const [expired, setExpired] = useState(false);
  useEffect(() => onSessionExpired(() => setExpired(true)), []);
  if (!expired) return null;

  const onSignedIn = (next: Session) => {
    setExpired(false);
    // Another user may see less: nothing of the former's data stays.
    if (next.user_id !== session.user_id) queryClient.clear();
    queryClient.setQueryData(sessionQuery().queryKey, next);
    void queryClient.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  };
  return <SessionExpiredDialog session={session} onSignedIn={onSignedIn} />;
}
