import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Library } from 'lucide-react';
import type { ReactElement } from 'react';
import { repositoriesQuery, repositoryFiguresQuery } from '../../api/queries/repositories';
import type { Repository } from '../../api/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatPlural } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { Panel } from '../../ui/Page';
import classes from './home.module.css';
import { SampleDataButton } from './SampleDataButton';

const shownMax = 8;

/** The newest repositories. */
export function RepositoryList({ onCreate }: { onCreate: () => void }): ReactElement {
  const query = useInfiniteQuery(repositoriesQuery());
  const repositories = query.data?.pages[0]?.results ?? [];
  const newest = [...repositories].sort((a, b) => b.creation_date - a.creation_date).slice(0, shownMax);
  return (
    <Panel
      title="Repositories"
      flush
      actions={
        <Link to="/repositories" className={classes.more}>
          All repositories
        </Link>
      }
    >
      {query.isError && query.data === undefined && (
        <ErrorState
          title="The repositories could not be listed"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <LoadingState rows={5} label="Loading repositories" />}
      {query.isSuccess && newest.length === 0 && (
        <EmptyState
          title="No repository yet"
          icon={<Library size={20} aria-hidden />}
          actions={
            <>
              <Button onClick={onCreate}>New repository</Button>
              <SampleDataButton />
            </>
          }
        >
          A repository keeps versions of data: branches for experiments, commits for what is worth keeping.
        </EmptyState>
      )}
      <ul className={classes.list}>
        {newest.map((repository) => (
          <li key={repository.id}>
            <RepositoryItem repository={repository} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function RepositoryItem({ repository }: { repository: Repository }): ReactElement {
  const figures = useQuery(repositoryFiguresQuery(repository.id)).data;
  return (
    <Link
      to="/repositories/$repository/objects"
      params={{ repository: repository.id }}
      className={classes.item}
    >
      <div>
        <div className={classes.name}>
          <Library size={15} aria-hidden />
          <span>{repository.id}</span>
        </div>
        <div className={classes.soft}>
          created <RelativeTime ms={repository.creation_date * 1000} />
        </div>
      </div>
      <div className={`${classes.figure} ${classes.soft}`}>
        {figures && formatPlural(figures.branches, 'branch', 'branches')}
      </div>
      <div className={classes.figure}>
        {figures && (
          <>
            <Bytes value={figures.bytes} />
            <div className={classes.soft}>{formatPlural(figures.objects, 'object')}</div>
          </>
        )}
      </div>
    </Link>
  );
}
