import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function BranchesPage(): ReactElement {
  return (
    <Page title="Branches">
      <EmptyState title="Branches" />
    </Page>
  );
}
