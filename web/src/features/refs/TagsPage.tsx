import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function TagsPage(): ReactElement {
  return (
    <Page title="Tags">
      <EmptyState title="Tags" />
    </Page>
  );
}
