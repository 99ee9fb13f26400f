import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function ImportPage(): ReactElement {
  return (
    <Page title="Import">
      <EmptyState title="Import" />
    </Page>
  );
}
