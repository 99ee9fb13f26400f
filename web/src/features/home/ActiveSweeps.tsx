import { Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Sweep } from '../../api/types';
import { RelativeTime } from '../../ui/figures';
import { formatCount } from '../../ui/format';
import classes from './home.module.css';

/** Sweeps under way in any repository, with how far they are. */
export function ActiveSweeps({ sweeps }: { sweeps: readonly Sweep[] }): ReactElement {
  return (
    <>
      {sweeps.map((sweep) => {
        const { ok, failed, interrupted, lost, preparing, running, collecting } = sweep.counts;
        const bad = failed + interrupted + lost;
        const busy = preparing + running + collecting;
        const share = (count: number) => (sweep.total === 0 ? 0 : (count / sweep.total) * 100);
        return (
          <div key={`${sweep.repository}/${sweep.id}`} className={classes.sweep}>
            <div className={classes.line}>
              <Link
                to="/repositories/$repository/experiments/sweeps/$sweep"
                params={{ repository: sweep.repository, sweep: sweep.id }}
              >
                {sweep.repository} / {sweep.id}
              </Link>
              <span className={classes.soft}>
                {formatCount(ok + bad)} of {formatCount(sweep.total)} done, {formatCount(busy)} running
                {bad > 0 && `, ${formatCount(bad)} failed`}
              </span>
            </div>
            <Progress.Root size={6}>
              <Progress.Section value={share(ok)} color="var(--ab-ok)" aria-label="Finished" />
              <Progress.Section value={share(bad)} color="var(--ab-bad)" aria-label="Failed" />
            </Progress.Root>
            <div className={`${classes.line} ${classes.soft}`}>
              <code>{sweep.command.join(' ')}</code>
              <span>
                started <RelativeTime ms={sweep.created_ms} />
              </span>
            </div>
          </div>
        );
      })}
    </>
  );
}
