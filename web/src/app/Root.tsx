import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { hasStatus } from '../api/error';
import { sessionQuery } from '../api/queries/session';
import { ErrorState } from '../ui/ErrorState';
import { SessionExpired } from './SessionExpired';
import { Shell } from './Shell';

/** Who is not signed in sees the sign-in page, and then what was asked for. */
export function Root(): ReactElement | null {
  const location = useLocation();
  const isSignIn = location.pathname === '/sign-in';
  const session = useQuery({ ...sessionQuery(), enabled: !isSignIn });
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
  if (session.isPending) return null;
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
