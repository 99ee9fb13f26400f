import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRight, FilePenLine, Lock } from 'lucide-react';
import type { ReactElement } from 'react';
import { changesSummaryQuery } from '../../api/queries/changes';
import type { RefKind } from '../../api/queries/objects';
import { formatPlural } from '../../ui/format';
import { shortCommit } from '../../ui/RefBadge';
import { ChangeCounts } from '../../widgets/DiffTree';
import classes from './objects.module.css';

/** What is not committed on a branch; that anything else cannot be changed. */
export function RefBar({
  repository,
  gitRef,
  refKind,
}: {
  repository: string;
  gitRef: string;
  refKind: RefKind | undefined;
}): ReactElement | null {
  const changes = useQuery({
    ...changesSummaryQuery(repository, gitRef),
    enabled: refKind === 'branch',
  });
  if (refKind === 'tag' || refKind === 'commit') {
    return (
      <div className={classes.bar} role="note">
        <Lock size={14} aria-hidden />
        <span>
          The {refKind} <strong>{shortCommit(gitRef)}</strong> is read-only: choose a branch to change
          objects.
        </span>
      </div>
    );
  }
  if (!changes.data) return null;
  const { total, truncated } = changes.data;
  const count = total.added + total.changed + total.removed;
  if (count === 0) return null;
  return (
    <div className={`${classes.bar} ${classes.changes}`} role="status">
      <FilePenLine size={14} aria-hidden />
      <strong>
        {truncated && 'More than '}
        {formatPlural(count, 'uncommitted change')}
      </strong>
      <ChangeCounts counts={total} />
      <div className={classes.spacer} />
      <Button
        size="compact-sm"
        variant="default"
        rightSection={<ArrowRight size={14} aria-hidden />}
        renderRoot={(props) => (
          <Link
            to="/repositories/$repository/changes"
            params={{ repository }}
            search={{ branch: gitRef }}
            {...props}
          />
        )}
      >
        Review and commit
      </Button>
    </div>
  );
}
