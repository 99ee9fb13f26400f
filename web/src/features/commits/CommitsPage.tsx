import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function CommitsPage(): ReactElement {
  return (
    <Page title="Commits">
      <EmptyState title="Commits" />
    </Page>
  );
}
