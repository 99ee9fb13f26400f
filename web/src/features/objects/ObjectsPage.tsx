import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function ObjectsPage(): ReactElement {
  return (
    <Page title="Objects">
      <EmptyState title="Objects" />
    </Page>
  );
}
