/** The runs that are shown, in order, in groups: what the table, the curves and the exported file have in common. */
import type { Run, RunState } from '../../../api/types';
import { isInside, matches, type Brush, type Condition } from './conditions';
import { byName } from '../../../ui/natural-order';
import { fieldOf, valueOf, type FieldValue } from './fields';
import { isBetter, type Aim } from './goal';
import { isActive } from './states';

export interface RunsView {
  sweep?: string;
  states?: readonly RunState[];
  conditions: readonly Condition[];
  brushes: readonly Brush[];
  text: string;
  sort: string;
  direction: 'asc' | 'desc';
}

/** Everything but the brushes: what charts draw, of which brushing lets some fade. */
export function isListed(view: RunsView, run: Run): boolean {
  if (view.sweep !== undefined && run.sweep !== view.sweep) return false;
  if (view.states && !view.states.includes(run.state)) return false;
  if (!view.conditions.every((condition) => matches(condition, run))) return false;
  return view.text === '' || hasText(run, view.text.toLowerCase());
}

export function isBrushed(brushes: readonly Brush[], run: Run, nowMs: number): boolean {
  return brushes.every((brush) => isInside(brush, run, nowMs));
}

function hasText(run: Run, wanted: string): boolean {
  const has = (text: string | undefined) => text?.toLowerCase().includes(wanted) ?? false;
  if (has(run.name) || has(run.branch) || has(run.sweep) || has(run.host) || has(run.problem)) return true;
  if (run.id.startsWith(wanted) || (run.commit_id?.startsWith(wanted) ?? false)) return true;
  return Object.values(run.parameters).some(has);
}

/**
 * As the server orders: numbers, then texts, then runs that have no value. Equals, and all where they are ordered by their
 * creation, stand by sweep, the newest first, and within it in the order of its grid; the newest first, runs under way are
 * before all others, and those that wait are the last of their sweep.
 */
export function sortRuns(
  runs: readonly Run[],
  sort: string,
  direction: 'asc' | 'desc',
  nowMs: number,
): Run[] {
  const sign = direction === 'asc' ? 1 : -1;
  const isByAge = sort === 'created';
  const newestFirst = isByAge && direction === 'desc';
  const sweepTimes = new Map<string, number>();
  for (const run of runs) {
    if (run.sweep) sweepTimes.set(run.sweep, Math.max(sweepTimes.get(run.sweep) ?? 0, run.created_ms));
  }
  const keyed = runs.map((run) => ({
    run,
    value: isByAge ? undefined : valueOf(run, sort, nowMs),
    time: (run.sweep ? sweepTimes.get(run.sweep) : undefined) ?? run.created_ms,
    live: newestFirst ? liveRank(run.state) : 0,
  }));
  keyed.sort((left, right) => {
    const byValue = compareValues(left.value, right.value, sign);
    if (byValue !== 0) return byValue;
    if (newestFirst && (left.live === 0) !== (right.live === 0)) return left.live === 0 ? -1 : 1;
    const byTime = isByAge ? (left.time - right.time) * sign : right.time - left.time;
    if (byTime !== 0) return byTime;
    const bySweep = byName(left.run.sweep ?? '', right.run.sweep ?? '');
    if (bySweep !== 0) return bySweep;
    return left.live - right.live || left.run.index - right.run.index || byName(left.run.id, right.run.id);
  });
  return keyed.map(({ run }) => run);
}

/** Under way, over, not yet begun. */
function liveRank(state: RunState): number {
  if (state === 'waiting') return 2;
  return isActive(state) ? 0 : 1;
}

function rank(value: FieldValue): number {
  return typeof value === 'number' ? 0 : value === undefined ? 2 : 1;
}

function compareValues(left: FieldValue, right: FieldValue, sign: number): number {
  const ranks = rank(left) - rank(right);
  if (ranks !== 0) return ranks;
  if (typeof left === 'number' && typeof right === 'number') return (left - right) * sign;
  if (typeof left === 'string' && typeof right === 'string') return byName(left, right) * sign;
  return 0;
}

export interface Group {
  value: string;
  runs: Run[];
  best: number | undefined;
  mean: number | undefined;
}

export type Row = { kind: 'run'; id: string; run: Run } | { kind: 'group'; id: string; group: Group };

/** What groups of runs without the parameter are called. */
export const noValue = '(none)';

/** Groups in the order of their first run, so that sorting sorts them too. */
export function groupRuns(runs: readonly Run[], field: string, aim: Aim | undefined, nowMs: number): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const value = String(valueOf(run, field, nowMs) ?? noValue);
    let group = groups.get(value);
    if (!group) {
      group = { value, runs: [], best: undefined, mean: undefined };
      groups.set(value, group);
    }
    group.runs.push(run);
  }
  if (aim) for (const group of groups.values()) Object.assign(group, figures(group.runs, aim));
  return [...groups.values()];
}

function figures(runs: readonly Run[], { metric, goal }: Aim): Pick<Group, 'best' | 'mean'> {
  let best: number | undefined;
  let sum = 0;
  let count = 0;
  for (const run of runs) {
    const value = run.metrics[metric];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (best === undefined || isBetter(value, best, goal)) best = value;
    sum += value;
    count += 1;
  }
  return { best, mean: count === 0 ? undefined : sum / count };
}

export function toRows(groups: readonly Group[], closed: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  for (const group of groups) {
    rows.push({ kind: 'group', id: `group ${group.value}`, group });
    if (!closed.has(group.value)) for (const run of group.runs) rows.push({ kind: 'run', id: run.id, run });
  }
  return rows;
}

/** RFC 4180. A cell that a spreadsheet would run as a formula gets a quote before it. */
export function toCsv(runs: readonly Run[], columns: readonly string[], nowMs: number): string {
  const cell = (value: FieldValue) => {
    if (typeof value === 'number') return String(value);
    const text = value ?? '';
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (cells: readonly FieldValue[]) => cells.map(cell).join(',');
  const names = columns.map((id) => (fieldOf(id).kind === 'run' ? id : fieldOf(id).label));
  return [
    line(['id', 'name', ...names]),
    ...runs.map((run) => line([run.id, run.name, ...columns.map((id) => valueOf(run, id, nowMs))])),
  ]
    .join('\r\n')
    .concat('\r\n');
}
