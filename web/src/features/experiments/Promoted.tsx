import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CircleCheck, GitMerge, History } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Run } from '../../api/types';
import { whyNot } from './model/promotion';
import classes from './Promoted.module.css';
import type { Promoted } from './usePromotions';

/** That a run was promoted, and whether it is what the branch holds; leads to the commit. */
export function PromotedBadge({
  repository,
  promoted: { branch, commit, isHeld },
  name,
}: {
  repository: string;
  promoted: Promoted;
  /** Where it does not stand beside the run's own. */
  name?: string;
}): ReactElement {
  const Icon = isHeld ? CircleCheck : History;
  const subject = name === undefined ? '' : `${name} `;
  return (
    <Link
      to="/repositories/$repository/commits/$commit"
      params={{ repository, commit: commit.id }}
      className={`${classes.badge} ${isHeld ? classes.held : ''}`}
      title={
        isHeld
          ? `${branch} holds what this run left`
          : `${branch} held what this run left; it has changed since`
      }
    >
      <Icon size={13} aria-hidden />
      {isHeld ? `${subject}is on ${branch}` : `${subject}was on ${branch}`}
    </Link>
  );
}

/** Promotes a run; of one that the default branch holds, it does so quietly: there are other branches. */
export function PromoteButton({
  run,
  promoted,
  label = 'Promote',
  onClick,
}: {
  run: Run;
  promoted: Promoted | undefined;
  label?: string;
  onClick: () => void;
}): ReactElement {
  const refusal = whyNot(run);
  const isHeld = promoted?.isHeld === true;
  return (
    <Button
      variant={isHeld ? 'subtle' : 'filled'}
      leftSection={<GitMerge size={15} aria-hidden />}
      disabled={refusal !== undefined}
      title={refusal}
      onClick={onClick}
    >
      {isHeld ? 'Promote to another branch' : label}
    </Button>
  );
}
