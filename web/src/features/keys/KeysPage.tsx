import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function KeysPage(): ReactElement {
  return (
    <Page title="Access keys">
      <EmptyState title="Access keys" />
    </Page>
  );
}
