import type { ReactElement } from 'react';
import type { RunState, Sweep } from '../../api/types';
import { formatCount } from '../../ui/format';
import classes from './CountsBar.module.css';

/** Those that ended first, so that the bar fills from the left. */
const order = [
  'ok',
  'failed',
  'interrupted',
  'lost',
  'collecting',
  'running',
  'preparing',
  'waiting',
] as const satisfies readonly RunState[];

/** The runs of a sweep by state, as one bar; what is not yet recorded is empty. */
export function CountsBar({
  sweep,
  withLegend = false,
}: {
  sweep: Sweep;
  withLegend?: boolean;
}): ReactElement {
  const known = order.reduce((sum, state) => sum + sweep.counts[state], 0);
  const total = Math.max(sweep.total, known, 1);
  const present = order.filter((state) => sweep.counts[state] > 0);
  const told = present.map((state) => `${sweep.counts[state]} ${state}`).join(', ');
  return (
    <div className={classes.counts}>
      <div className={classes.bar} role="img" aria-label={told === '' ? 'no runs yet' : told}>
        {present.map((state) => (
          <span
            key={state}
            className={classes[state]}
            style={{ width: `${(100 * sweep.counts[state]) / total}%` }}
            title={`${sweep.counts[state]} ${state}`}
          />
        ))}
      </div>
      {withLegend && (
        <div className={classes.legend}>
          {present.map((state) => (
            <span key={state}>
              <i className={classes[state]} />
              {formatCount(sweep.counts[state])} {state}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
