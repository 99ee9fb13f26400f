import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation, useMatch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { hasStatus } from '../api/error';
import { sessionQuery } from '../api/queries/session';
import { ErrorState } from '../ui/ErrorState';
import { SessionExpired } from './SessionExpired';
import { Shell } from './Shell';

/** Who is not signed in sees the sign-in page, and then what was asked for. */
export function Root(): ReactElement | null {
  const location = useLocation();
  // Of the page that is shown: the address is ahead of it while the next one loads.
  const isSignIn = useMatch({ from: '/sign-in', shouldThrow: false }) !== undefined;
  // Asked for before this is rendered; a refusal is no reason to ask again.
  const session = useQuery({ ...sessionQuery(), enabled: !isSignIn, retryOnMount: false });
  if (isSignIn) return <Outlet />;
  if (session.data !== undefined) {
    return (
      <>
        <Shell session={session.data}>
          <Outlet />
        </Shell>
        <SessionExpired session={session.data} />
      </>
    );
  }
  if (session.isPending || location.pathname === '/sign-in') return null;
  if (hasStatus(session.error, 401)) {
    return (
      <Navigate
        to="/sign-in"
        search={{ return: location.href === '/' ? undefined : location.href }}
        replace
      />
    );
  }
  return (
    <main>
      <ErrorState
        title="The server does not answer"
        error={session.error}
        onRetry={() => void session.refetch()}
      />
    </main>
  );
}
