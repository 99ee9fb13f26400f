import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function BucketPage(): ReactElement {
  return (
    <Page title="Bucket">
      <EmptyState title="Bucket" />
    </Page>
  );
}
