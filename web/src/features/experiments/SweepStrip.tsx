import { Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Sweep } from '../../api/types';
import { formatCount } from '../../ui/format';
import { RelativeTime } from '../../ui/figures';
import { CountsBar } from './CountsBar';
import { endedCount } from './model/states';
import classes from './SweepStrip.module.css';

const shownMax = 5;

/** The sweeps under way and the newest others, each a way to its page; the rest in a list. */
export function SweepStrip({
  repository,
  sweeps,
  onOpen,
}: {
  repository: string;
  sweeps: readonly Sweep[];
  onOpen: (sweep: string) => void;
}): ReactElement | null {
  if (sweeps.length === 0) return null;
  const ordered = [...sweeps.filter(({ active }) => active), ...sweeps.filter(({ active }) => !active)];
  const shown = ordered.slice(0, shownMax);
  return (
    <div className={classes.strip}>
      <ul className={classes.list} aria-label="Sweeps">
        {shown.map((sweep) => (
          <li key={sweep.id}>
            <Link
              to="/repositories/$repository/experiments/sweeps/$sweep"
              params={{ repository, sweep: sweep.id }}
              className={classes.card}
            >
              <span className={classes.head}>
                <span className={classes.name} title={sweep.id}>
                  {sweep.id}
                </span>
                <span className={classes.soft}>
                  {sweep.active ? (
                    `${formatCount(endedCount(sweep))}/${formatCount(sweep.total)}`
                  ) : (
                    <RelativeTime ms={sweep.created_ms} />
                  )}
                </span>
              </span>
              <CountsBar sweep={sweep} />
            </Link>
          </li>
        ))}
      </ul>
      {ordered.length > shown.length && (
        <Select
          w={150}
          placeholder={`All ${formatCount(ordered.length)} sweeps`}
          aria-label="All sweeps"
          data={ordered.map(({ id }) => id)}
          value={null}
          onChange={(sweep) => sweep !== null && onOpen(sweep)}
          searchable
          limit={50}
        />
      )}
    </div>
  );
}
