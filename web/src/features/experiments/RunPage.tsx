import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function RunPage(): ReactElement {
  return (
    <Page title="Run">
      <EmptyState title="Run" />
    </Page>
  );
}
