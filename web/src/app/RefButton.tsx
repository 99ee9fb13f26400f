import { ChevronsUpDown, GitBranch } from 'lucide-react';
import type { ReactElement } from 'react';
import classes from '../widgets/RefSelect.module.css';

/** Stands where the ref is chosen until the code for that is there. */
export function RefButton(): ReactElement {
  return (
    <button type="button" className={`${classes.target} ${classes.fill}`} aria-label="ref" disabled>
      <GitBranch size={14} aria-hidden />
      <span className={classes.name} />
      <ChevronsUpDown size={13} aria-hidden />
    </button>
  );
}
