import type { ReactElement } from 'react';
import { CopyButton } from './CopyButton';
import { shortCommit } from './RefBadge';
import classes from './refs.module.css';

/** A commit's short id with the whole one to copy. */
export function CommitId({ id, withCopy = true }: { id: string; withCopy?: boolean }): ReactElement {
  return (
    <span className={classes.id}>
      <code title={id}>{shortCommit(id)}</code>
      {withCopy && <CopyButton size="xs" value={id} label="Copy commit id" />}
    </span>
  );
}
