import type { ReactElement } from 'react';
import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../../ui/Page';
import { ImportForm } from './ImportForm';
import { ImportRun } from './ImportRun';

const route = getRouteApi('/repositories/$repository/import');

/** Takes objects of buckets into a branch without copying them. An import that runs is named by the URL. */
export function ImportPage(): ReactElement {
  const { repository } = route.useParams();
  const { branch, id, since } = route.useSearch();
  return (
    <Page title="Import" description="Nothing is copied: the branch references objects where they are.">
      {branch !== undefined && id !== undefined ? (
        <ImportRun key={id} repository={repository} branch={branch} id={id} sinceMs={since} />
      ) : (
        <ImportForm repository={repository} />
      )}
    </Page>
  );
}
