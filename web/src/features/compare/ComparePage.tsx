import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function ComparePage(): ReactElement {
  return (
    <Page title="Compare">
      <EmptyState title="Compare" />
    </Page>
  );
}
