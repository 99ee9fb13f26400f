import {
  CircleCheck,
  CircleDashed,
  CircleX,
  Download,
  HardDriveDownload,
  OctagonPause,
  Play,
  Unplug,
  type LucideIcon,
} from 'lucide-react';
import type { ReactElement } from 'react';
import type { Run, RunState } from '../../api/types';
import { formatRelative } from '../../ui/format';
import classes from './StateBadge.module.css';

const looks: Record<RunState, { icon: LucideIcon; told: string }> = {
  waiting: { icon: CircleDashed, told: 'It waits for a place to run' },
  preparing: { icon: HardDriveDownload, told: 'Its branch, code and data are being made ready' },
  running: { icon: Play, told: 'Its command runs' },
  collecting: { icon: Download, told: 'What it left is being committed' },
  ok: { icon: CircleCheck, told: 'Its command ended with exit code 0' },
  failed: { icon: CircleX, told: 'Its command ended with an error' },
  interrupted: { icon: OctagonPause, told: 'It was cancelled' },
  lost: { icon: Unplug, told: 'Its runner is no longer heard of' },
};

/** A state told apart by shape, colour and word. */
export function StateBadge({ state, run }: { state: RunState; run?: Run }): ReactElement {
  const { icon: Icon } = looks[state];
  return (
    <span className={`${classes.badge} ${classes[state]}`} title={run ? explain(run) : looks[state].told}>
      <Icon size={13} aria-hidden />
      {state}
    </span>
  );
}

/** The shape alone, for narrow places; its word is for those who hear the page. */
export function StateIcon({ state }: { state: RunState }): ReactElement {
  const { icon: Icon } = looks[state];
  return (
    <span className={`${classes.icon} ${classes[state]}`} title={state}>
      <Icon size={14} role="img" aria-label={state} />
    </span>
  );
}

function explain(run: Run): string {
  const asked = run.cancel_requested && isCancellable(run) ? ' It has been asked to end.' : '';
  if (run.state === 'lost') {
    const heard =
      run.heartbeat_ms === undefined ? '' : ` The last heartbeat came ${formatRelative(run.heartbeat_ms)}.`;
    return `Its runner reports every 5 seconds, and three reports are missing.${heard} The machine may be down or cut off; the run is no longer lost as soon as it reports again.`;
  }
  if (run.state === 'failed' && run.problem) return run.problem;
  if (run.state === 'failed' && run.exit_code !== undefined)
    return `Its command ended with exit code ${run.exit_code}`;
  return looks[run.state].told + (asked === '' ? '' : `.${asked}`);
}

function isCancellable(run: Run): boolean {
  return run.ended_ms === undefined;
}
