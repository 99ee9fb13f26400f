import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function ChangesPage(): ReactElement {
  return (
    <Page title="Uncommitted changes">
      <EmptyState title="Uncommitted changes" />
    </Page>
  );
}
