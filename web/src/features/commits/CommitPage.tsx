import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function CommitPage(): ReactElement {
  return (
    <Page title="Commit">
      <EmptyState title="Commit" />
    </Page>
  );
}
