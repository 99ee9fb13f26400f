import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function ServerPage(): ReactElement {
  return (
    <Page title="Server">
      <EmptyState title="Server" />
    </Page>
  );
}
