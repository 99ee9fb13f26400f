import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function RepositoriesPage(): ReactElement {
  return (
    <Page title="Repositories">
      <EmptyState title="Repositories" />
    </Page>
  );
}
