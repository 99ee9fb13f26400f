import type { ReactElement } from 'react';
import { RefBadge } from '../ui/RefBadge';
import classes from './RefBadges.module.css';

export interface NamedRef {
  id: string;
  type: 'branch' | 'tag';
}

/** The branches and tags on a commit: the first few, and how many more there are. */
export function RefBadges({
  refs,
  max = 2,
}: {
  refs: readonly NamedRef[];
  max?: number;
}): ReactElement | null {
  if (refs.length === 0) return null;
  const others = refs.slice(max);
  return (
    <span className={classes.badges}>
      {refs.slice(0, max).map((ref) => (
        <RefBadge key={`${ref.type} ${ref.id}`} type={ref.type} name={ref.id} />
      ))}
      {others.length > 0 && (
        <span
          className={classes.more}
          title={others
            .map((ref) => ref.id)
            .slice(0, 20)
            .join('\n')}
        >
          +{others.length}
        </span>
      )}
    </span>
  );
}
