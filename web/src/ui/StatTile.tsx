import type { ReactElement, ReactNode } from 'react';
import classes from './StatTile.module.css';

/** One figure with its name. Put them into StatTiles. */
export function StatTile({
  label,
  value,
  note,
}: {
  label: string;
  value: ReactNode;
  note?: ReactNode;
}): ReactElement {
  return (
    <div className={classes.tile}>
      <div className={classes.label}>{label}</div>
      <div className={classes.value}>{value}</div>
      {note !== undefined && <div className={classes.note}>{note}</div>}
    </div>
  );
}

export function StatTiles({ children }: { children: ReactNode }): ReactElement {
  return <div className={classes.tiles}>{children}</div>;
}
