import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function ExperimentsPage(): ReactElement {
  return (
    <Page title="Experiments">
      <EmptyState title="Experiments" />
    </Page>
  );
}
