import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useParams } from '@tanstack/react-router';
import { DatabaseZap } from 'lucide-react';
import type { ReactElement } from 'react';
import { hasStatus } from '../api/error';
import { repositoryQuery } from '../api/queries/repositories';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { Page, TitleContext } from '../ui/Page';
import { PagePending } from './page-states';

/** Around all pages of a repository: they are shown only where it exists, and find it in the cache. */
export function RepositoryFrame(): ReactElement {
  const { repository } = useParams({ from: '/repositories/$repository' });
  const query = useQuery(repositoryQuery(repository));
  if (query.isPending) return <PagePending />;
  if (hasStatus(query.error, 404)) {
    return (
      <Page title={repository}>
        <EmptyState
          title={`There is no repository “${repository}”`}
          icon={<DatabaseZap size={20} aria-hidden />}
          actions={
            <Button variant="default" component={Link} to="/repositories">
              All repositories
            </Button>
          }
        />
      </Page>
    );
  }
  if (query.data === undefined) {
    return (
      <Page title={repository}>
        <ErrorState
          title="The repository could not be opened"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      </Page>
    );
  }
  // What was chosen, typed or opened in one repository is not taken along to another.
  return (
    <TitleContext key={repository} value={repository}>
      <Outlet />
    </TitleContext>
  );
}

/** A repository opens with its objects. */
export function RepositoryIndex(): ReactElement {
  const { repository } = useParams({ from: '/repositories/$repository/' });
  return <Navigate to="/repositories/$repository/objects" params={{ repository }} replace />;
}
