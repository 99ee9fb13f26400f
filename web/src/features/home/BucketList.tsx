import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Archive } from 'lucide-react';
import type { ReactElement } from 'react';
import { bucketsQuery } from '../../api/queries/buckets';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes } from '../../ui/figures';
import { formatPlural } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { Panel } from '../../ui/Page';
import classes from './home.module.css';

const shownMax = 8;

/** The largest buckets. Repositories are buckets too, but have a list of their own. */
export function BucketList(): ReactElement {
  const query = useInfiniteQuery(bucketsQuery());
  const buckets = (query.data?.pages[0]?.results ?? []).filter((bucket) => bucket.kind === 'bucket');
  const largest = [...buckets].sort((a, b) => b.bytes - a.bytes).slice(0, shownMax);
  return (
    <Panel
      title="Buckets"
      flush
      actions={
        <Link to="/buckets" className={classes.more}>
          All buckets
        </Link>
      }
    >
      {query.isError && query.data === undefined && (
        <ErrorState
          title="The buckets could not be listed"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <LoadingState rows={4} label="Loading buckets" />}
      {query.isSuccess && largest.length === 0 && (
        <EmptyState
          title="No buckets yet"
          icon={<Archive size={20} aria-hidden />}
          actions={
            <Button
              variant="default"
              renderRoot={(props) => <Link to="/buckets" search={{ create: true }} {...props} />}
            >
              New bucket
            </Button>
          }
        >
          A bucket holds objects as they are; any S3 client can use it.
        </EmptyState>
      )}
      <ul className={classes.list}>
        {largest.map((bucket) => (
          <li key={bucket.name}>
            <Link to="/buckets/$bucket" params={{ bucket: bucket.name }} className={classes.item}>
              <div className={classes.name}>
                <Archive size={15} aria-hidden />
                <span>{bucket.name}</span>
              </div>
              <div className={`${classes.figure} ${classes.soft}`}>
                {formatPlural(bucket.objects, 'object')}
              </div>
              <div className={classes.figure}>
                <Bytes value={bucket.bytes} />
              </div>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
