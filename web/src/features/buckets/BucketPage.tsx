import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Archive, Library } from 'lucide-react';
import type { ReactElement } from 'react';
import { bucketQuery } from '../../api/queries/buckets';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { LoadingState } from '../../ui/LoadingState';
import { Page } from '../../ui/Page';
import { BucketObjects } from './BucketObjects';

const route = getRouteApi('/buckets/$bucket');

/** One bucket: what is in it, folder by folder. */
export function BucketPage(): ReactElement {
  const { bucket } = route.useParams();
  const query = useQuery(bucketQuery(bucket));
  if (query.data?.kind === 'bucket') return <BucketObjects key={bucket} bucket={query.data} />;
  return (
    <Page title={bucket}>
      {query.isError ? (
        <ErrorState
          title="The bucket could not be opened"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : query.data === undefined ? (
        <LoadingState rows={10} />
      ) : query.data === null ? (
        <EmptyState
          title={`There is no bucket “${bucket}”`}
          icon={<Archive size={20} aria-hidden />}
          actions={
            <Button variant="default" renderRoot={(props) => <Link to="/buckets" {...props} />}>
              All buckets
            </Button>
          }
        />
      ) : (
        <EmptyState
          title={`${bucket} is a repository`}
          icon={<Library size={20} aria-hidden />}
          actions={
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/repositories/$repository/objects" params={{ repository: bucket }} {...props} />
              )}
            >
              Open the repository
            </Button>
          }
        >
          S3 clients see it as a bucket, in which the first part of each key is a branch, a tag or a commit.
        </EmptyState>
      )}
    </Page>
  );
}
