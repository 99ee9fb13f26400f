import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function SweepPage(): ReactElement {
  return (
    <Page title="Sweep">
      <EmptyState title="Sweep" />
    </Page>
  );
}
