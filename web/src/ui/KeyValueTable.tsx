import type { ReactElement, ReactNode } from 'react';
import { CopyButton } from './CopyButton';
import classes from './KeyValueTable.module.css';

export interface KeyValue {
  label: string;
  value: ReactNode;
  /** Text for a copy button at the end of the line. */
  copy?: string;
}

/** Names and values, one pair a line. */
export function KeyValueTable({ rows }: { rows: readonly KeyValue[] }): ReactElement {
  return (
    <dl className={classes.table}>
      {rows.map((row) => (
        <div key={row.label} className={classes.row}>
          <dt>{row.label}</dt>
          <dd>
            <span>{row.value}</span>
            {row.copy !== undefined && (
              <CopyButton value={row.copy} label={`Copy ${row.label.toLowerCase()}`} size="xs" />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
