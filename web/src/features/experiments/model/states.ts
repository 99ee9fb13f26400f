/** The states of a run, and what they mean. */
import type { Run, RunState, Sweep } from '../../../api/types';

export const runStates = [
  'waiting',
  'preparing',
  'running',
  'collecting',
  'ok',
  'failed',
  'interrupted',
  'lost',
] as const satisfies readonly RunState[];

const active: ReadonlySet<RunState> = new Set(['waiting', 'preparing', 'running', 'collecting']);

/** Not over: it may still report. */
export function isActive(state: RunState): boolean {
  return active.has(state);
}

/** From the start to the end, or to now; undefined: it has not started. A lost run ended with its last heartbeat. */
export function durationOf(run: Run, nowMs: number): number | undefined {
  if (run.started_ms === undefined) return undefined;
  const end = run.ended_ms ?? (isActive(run.state) ? nowMs : run.heartbeat_ms);
  return end === undefined ? undefined : Math.max(0, end - run.started_ms);
}

export function endedCount(sweep: Sweep): number {
  const { ok, failed, interrupted, lost } = sweep.counts;
  return ok + failed + interrupted + lost;
}

export interface SweepProgress {
  ended: number;
  total: number;
  /** Until the last run ends, judged by those that ended and by how many run at once; undefined: nothing ended yet. */
  remainingMs: number | undefined;
}

/**
 * What is left: each of `left` runs takes the mean duration of those that ended, `parallel` at a time, less what the
 * running ones have done.
 */
export function sweepProgress(sweep: Sweep, runs: readonly Run[], nowMs: number): SweepProgress {
  const total = Math.max(sweep.total, runs.length);
  const ended = endedCount(sweep);
  const durations = runs.flatMap((run) => (run.state === 'ok' ? (durationOf(run, nowMs) ?? []) : []));
  if (!sweep.active || durations.length === 0) return { ended, total, remainingMs: undefined };
  const mean = durations.reduce((sum, each) => sum + each, 0) / durations.length;
  const running = runs.filter((run) => isActive(run.state) && run.started_ms !== undefined);
  const parallel = Math.max(1, running.length);
  const done = running.reduce((sum, run) => sum + Math.min(mean, durationOf(run, nowMs) ?? 0), 0);
  return { ended, total, remainingMs: Math.max(0, ((total - ended) * mean - done) / parallel) };
}
