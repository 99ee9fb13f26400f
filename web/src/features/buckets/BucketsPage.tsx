import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function BucketsPage(): ReactElement {
  return (
    <Page title="Buckets">
      <EmptyState title="Buckets" />
    </Page>
  );
}
