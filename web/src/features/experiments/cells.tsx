import type { ReactElement, ReactNode } from 'react';
import { shortCommit } from '../../ui/RefBadge';
import type { Run } from '../../api/types';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatDuration, formatMetric } from '../../ui/format';
import { useNow } from './clock';
import { valueOf } from './model/fields';
import { durationOf, isActive } from './model/states';
import { StateBadge } from './StateBadge';

/** How long it took; of a run that is under way how long it has taken so far. */
export function RunDuration({ run }: { run: Run }): ReactElement {
  return isActive(run.state) && run.ended_ms === undefined ? (
    <Elapsed run={run} />
  ) : (
    <span className="ab-number">{durationText(durationOf(run, 0))}</span>
  );
}

function Elapsed({ run }: { run: Run }): ReactElement {
  const now = useNow();
  const duration = durationOf(run, now);
  return (
    <span className="ab-number">
      {duration === undefined ? '–' : formatDuration(Math.floor(duration / 1000) * 1000)}
    </span>
  );
}

export function durationText(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}

/** One value of a run, as a table shows it. */
export function cellOf(run: Run, id: string): ReactNode {
  if (id.startsWith('metric.')) {
    const value = run.metrics[id.slice('metric.'.length)];
    return value === undefined ? <None /> : <span title={String(value)}>{formatMetric(value)}</span>;
  }
  if (id.startsWith('param.')) {
    const value = run.parameters[id.slice('param.'.length)];
    return value === undefined ? <None /> : <span title={value}>{value}</span>;
  }
  switch (id) {
    case 'state':
      return <StateBadge state={run.state} run={run} />;
    case 'duration':
      return <RunDuration run={run} />;
    case 'created':
      return <RelativeTime ms={run.created_ms} />;
    case 'commit':
    case 'input': {
      const commit = id === 'commit' ? run.commit_id : run.input_commit;
      return commit === undefined ? <None /> : <code title={commit}>{shortCommit(commit)}</code>;
    }
    case 'memory':
      return run.resources?.memory_bytes_max === undefined ? (
        <None />
      ) : (
        <Bytes value={run.resources.memory_bytes_max} />
      );
    default: {
      const value = valueOf(run, id, 0);
      if (value === undefined) return <None />;
      return <span title={String(value)}>{typeof value === 'number' ? formatMetric(value) : value}</span>;
    }
  }
}

function None(): ReactElement {
  return <span style={{ color: 'var(--ab-text-soft)' }}>–</span>;
}

const widths: Record<string, number> = {
  state: 118,
  duration: 104,
  created: 122,
  commit: 106,
  input: 106,
  exit: 84,
  cpu: 104,
  memory: 106,
  host: 130,
  sweep: 150,
  branch: 150,
};

const [characterWidth, padding, widthMin, widthMax, starWidth] = [7.4, 30, 72, 220, 18];

/** Wide enough for the header and for what the first rows hold. */
export function columnWidth(id: string, label: string, runs: readonly Run[]): number {
  const known = widths[id];
  if (known !== undefined) return known;
  let length = label.length + 1;
  for (const run of runs.slice(0, 50)) {
    const value = valueOf(run, id, 0);
    if (value !== undefined)
      length = Math.max(length, (typeof value === 'number' ? formatMetric(value) : value).length);
  }
  // The best value has a star before it.
  const star = id.startsWith('metric.') ? starWidth : 0;
  return Math.round(Math.min(widthMax, Math.max(widthMin, length * characterWidth + padding + star)));
}

/** Numbers stand at the right. */
export function isNumeric(id: string): boolean {
  return id.startsWith('metric.') || ['duration', 'exit', 'cpu', 'memory'].includes(id);
}
