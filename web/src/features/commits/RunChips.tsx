import type { ReactElement } from 'react';
import { formatMetric } from '../../ui/format';
import classes from './commits.module.css';
import type { CommitMetadata } from './metadata';

/** What a run was given and what came out, in a line: metrics first, they are what one looks for. */
export function RunChips({
  metadata: { parameters, metrics },
}: {
  metadata: CommitMetadata;
}): ReactElement | null {
  if (parameters.length + metrics.length === 0) return null;
  return (
    <span
      className={classes.chips}
      title={[...metrics, ...parameters].map(([name, value]) => `${name} = ${value}`).join('\n')}
    >
      {metrics.map(([name, value]) => (
        <span key={`m ${name}`} className={`${classes.chip} ${classes.metric}`}>
          {name} <b>{metricText(value)}</b>
        </span>
      ))}
      {parameters.map(([name, value]) => (
        <span key={`p ${name}`} className={classes.chip}>
          {name}=<b>{value}</b>
        </span>
      ))}
    </span>
  );
}

export function metricText(value: string): string {
  const number = Number(value);
  return value.trim() === '' || Number.isNaN(number) ? value : formatMetric(number);
}
