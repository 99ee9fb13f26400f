import { GitBranch, GitCommitHorizontal, Tag } from 'lucide-react';
import type { ReactElement } from 'react';
import classes from './refs.module.css';

export type RefType = 'branch' | 'tag' | 'commit';

const icons = { branch: GitBranch, tag: Tag, commit: GitCommitHorizontal };

/** A branch, a tag or a commit, told apart by icon and colour. */
export function RefBadge({ type, name }: { type: RefType; name: string }): ReactElement {
  const Icon = icons[type];
  return (
    <span className={`${classes.badge} ${classes[type]}`} title={`${type} ${name}`}>
      <Icon size={12} aria-label={type} role="img" />
      <span className={classes.name}>{type === 'commit' ? shortCommit(name) : name}</span>
    </span>
  );
}

const shortLength = 10;

/** A commit id cut to what tells commits apart. Other refs are left as they are. */
export function shortCommit(ref: string): string {
  return /^[0-9a-f]{64}$/.test(ref) ? ref.slice(0, shortLength) : ref;
}
