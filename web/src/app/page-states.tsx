import { Button } from '@mantine/core';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import type { ReactElement } from 'react';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { Page } from '../ui/Page';

export function NotFoundPage(): ReactElement {
  return (
    <Page title="Not found">
      <EmptyState
        title="There is no page at this address"
        icon={<Compass size={20} aria-hidden />}
        actions={
          <Button variant="default" component={Link} to="/">
            Home
          </Button>
        }
      />
    </Page>
  );
}

/** A page that broke; the frame around it stays. */
export function PageError({ error, reset }: ErrorComponentProps): ReactElement {
  const router = useRouter();
  return (
    <ErrorState
      title="This page broke"
      error={error}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

export function PagePending(): ReactElement {
  return (
    <div style={{ padding: '24px 20px' }}>
      <LoadingState rows={8} />
    </div>
  );
}
