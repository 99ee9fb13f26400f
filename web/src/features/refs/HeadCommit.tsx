import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactElement } from 'react';
import { commitQuery } from '../../api/queries/commits';
import { RelativeTime } from '../../ui/figures';
import classes from './refs.module.css';

/** A row that is only scrolled past asks for nothing. */
const restMs = 120;
const weekMs = 7 * 86_400_000;

/** A commit by its id never changes. */
function useHeadCommit(repository: string, id: string) {
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), restMs);
    return () => clearTimeout(timer);
  }, []);
  return useQuery({ ...commitQuery(repository, id), staleTime: weekMs, enabled: rests });
}

export function HeadMessage({ repository, id }: { repository: string; id: string }): ReactElement {
  const commit = useHeadCommit(repository, id);
  if (commit.isError) return <span className={classes.soft}>–</span>;
  if (!commit.data) return <Skeleton height={10} width="60%" />;
  return (
    <Link
      to="/repositories/$repository/commits/$commit"
      params={{ repository, commit: id }}
      title={commit.data.message}
      tabIndex={-1}
    >
      {commit.data.message.trim().split('\n', 1)[0] || '(no message)'}
    </Link>
  );
}

export function HeadTime({ repository, id }: { repository: string; id: string }): ReactElement {
  const commit = useHeadCommit(repository, id);
  if (!commit.data) return <span className={classes.soft}>{commit.isError ? '–' : ''}</span>;
  return (
    <span className={classes.soft}>
      <RelativeTime ms={commit.data.creation_date * 1000} />
    </span>
  );
}
