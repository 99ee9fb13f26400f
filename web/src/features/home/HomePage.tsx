import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function HomePage(): ReactElement {
  return (
    <Page title="Home">
      <EmptyState title="Home" />
    </Page>
  );
}
