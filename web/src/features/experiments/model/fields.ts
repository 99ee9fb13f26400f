/** What is known of a run, by the name that URLs, columns and axes use: `param.lr`, `metric.accuracy`, `duration`. */
import type { Run } from '../../../api/types';
import { durationOf } from './states';
import { byName } from '../../../ui/natural-order';

export type FieldValue = string | number | undefined;

export interface Field {
  id: string;
  label: string;
  kind: 'param' | 'metric' | 'run';
}

/** Of every run, in the order in which columns are offered. */
export const runFields: readonly Field[] = [
  { id: 'state', label: 'State', kind: 'run' },
  { id: 'duration', label: 'Duration', kind: 'run' },
  { id: 'created', label: 'Created', kind: 'run' },
  { id: 'commit', label: 'Commit', kind: 'run' },
  { id: 'sweep', label: 'Sweep', kind: 'run' },
  { id: 'branch', label: 'Branch', kind: 'run' },
  { id: 'input', label: 'Input commit', kind: 'run' },
  { id: 'exit', label: 'Exit code', kind: 'run' },
  { id: 'cpu', label: 'CPU seconds', kind: 'run' },
  { id: 'memory', label: 'Peak memory', kind: 'run' },
  { id: 'host', label: 'Host', kind: 'run' },
];

export function paramField(name: string): Field {
  return { id: `param.${name}`, label: name, kind: 'param' };
}

export function metricField(name: string): Field {
  return { id: `metric.${name}`, label: name, kind: 'metric' };
}

/** The field of an id, known or not. */
export function fieldOf(id: string): Field {
  if (id.startsWith('param.')) return paramField(id.slice('param.'.length));
  if (id.startsWith('metric.')) return metricField(id.slice('metric.'.length));
  return runFields.find((field) => field.id === id) ?? { id, label: id, kind: 'run' };
}

/** A parameter as a number where it is one, by the server's rule. */
export function toNumber(text: string): number | undefined {
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const getters: Record<string, (run: Run, nowMs: number) => FieldValue> = {
  name: (run) => run.name,
  state: (run) => run.state,
  duration: durationOf,
  created: (run) => run.created_ms,
  commit: (run) => run.commit_id,
  sweep: (run) => run.sweep,
  branch: (run) => run.branch,
  input: (run) => run.input_commit,
  exit: (run) => run.exit_code,
  cpu: (run) => run.resources?.cpu_seconds,
  memory: (run) => run.resources?.memory_bytes_max,
  host: (run) => run.host,
};

export function valueOf(run: Run, id: string, nowMs: number): FieldValue {
  if (id.startsWith('metric.')) return run.metrics[id.slice('metric.'.length)];
  if (id.startsWith('param.')) {
    const text = run.parameters[id.slice('param.'.length)];
    return text === undefined ? undefined : (toNumber(text) ?? text);
  }
  return getters[id]?.(run, nowMs);
}

/** The value as a number, where it is one. */
export function numberOf(run: Run, id: string, nowMs: number): number | undefined {
  const value = valueOf(run, id, nowMs);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export interface FieldNames {
  params: string[];
  metrics: string[];
  /** Ids of fields that have the same value in every run; none where there is only one run. */
  equal: ReadonlySet<string>;
  /** Parameters of which every value is a number. */
  numeric: ReadonlySet<string>;
}

/** Names of all parameters and metrics, in order, and which of their values tell runs apart. */
export function fieldNames(runs: readonly Run[]): FieldNames {
  const params = new Map<string, Spread>();
  const metrics = new Map<string, Spread>();
  let sweep: Spread | undefined;
  for (const run of runs) {
    for (const name in run.parameters) spread(params, name, run.parameters[name]);
    for (const name in run.metrics) spread(metrics, name, run.metrics[name]);
    sweep ??= { first: run.sweep, differs: false, count: 0 };
    if (run.sweep !== sweep.first) sweep.differs = true;
  }
  const equal = new Set<string>();
  if (runs.length > 1) {
    const note = (names: Map<string, Spread>, prefix: string) => {
      for (const [name, { differs, count }] of names)
        if (!differs && count === runs.length) equal.add(prefix + name);
    };
    note(params, 'param.');
    note(metrics, 'metric.');
    if (sweep && !sweep.differs) equal.add('sweep');
  }
  const numeric = [...params].flatMap(([name, { isNumeric }]) => (isNumeric ? name : []));
  return {
    params: [...params.keys()].sort(byName),
    metrics: [...metrics.keys()].sort(byName),
    equal,
    numeric: new Set(numeric),
  };
}

interface Spread {
  first: unknown;
  differs: boolean;
  count: number;
  /** Of parameters: all values so far are numbers. */
  isNumeric?: boolean;
}

function spread(names: Map<string, Spread>, name: string, value: unknown): void {
  const known = names.get(name);
  const isNumeric = () => typeof value === 'string' && toNumber(value) !== undefined;
  if (!known) names.set(name, { first: value, differs: false, count: 1, isNumeric: isNumeric() });
  else {
    known.count += 1;
    if (known.first === value) return;
    known.differs = true;
    known.isNumeric &&= isNumeric();
  }
}

/** Numbers by size, then texts by name. */
export function byValue(left: string, right: string): number {
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a !== undefined && b !== undefined) return a - b;
  if (a === undefined && b === undefined) return byName(left, right);
  return a === undefined ? 1 : -1;
}
