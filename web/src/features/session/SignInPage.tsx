import type { ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';

export function SignInPage(): ReactElement {
  return (
    <Page title="Sign in">
      <EmptyState title="Sign in" />
    </Page>
  );
}
