/**
 * Conditions on runs, as the server reads them (`param.optimizer=adam`, `metric.accuracy>=0.9`), and the ranges that are
 * brushed in charts (`metric.loss:0.1..0.5`, `param.optimizer=adam|sgd`). Checked here too, so that what an event brings
 * goes to its place at once.
 */
import type { Run } from '../../../api/types';
import { fieldOf, numberOf, toNumber, valueOf, type FieldNames } from './fields';

export const comparisons = ['>=', '<=', '!=', '=', '>', '<'] as const;
export type Comparison = (typeof comparisons)[number];

export interface Condition {
  field: string;
  comparison: Comparison;
  value: string;
}

export function formatCondition({ field, comparison, value }: Condition): string {
  return `${field}${comparison}${value}`;
}

/** Undefined: it is none. */
export function parseCondition(text: string): Condition | undefined {
  const found = /^((?:param|metric)\.[^<>=!]+?)\s*(>=|<=|!=|==?|>|<)\s*(.*)$/s.exec(text);
  if (!found) return undefined;
  const [, field = '', sign = '', value = ''] = found;
  if (field.startsWith('metric.') && toNumber(value) === undefined) return undefined;
  return { field, comparison: sign === '==' ? '=' : (sign as Comparison), value };
}

const joint = /\s+(?:and|&&)\s+|\s*,\s*/gi;
const beginning = /^\s*(?:(?:param|metric)\.)?([^<>=!]+?)\s*(?:>=|<=|!=|==?|>|<)/s;

/**
 * What one types into the filter: `lr >= 0.01`, or several that all must hold, `lr >= 0.01 and optimizer = adam`. A value
 * may hold an "and" of its own: only what begins another condition on a known name parts them. A text: what is wrong.
 */
export function readConditions(typed: string, names: FieldNames): Condition[] | string {
  const isKnown = (name: string) => names.params.includes(name) || names.metrics.includes(name);
  const parts: string[] = [];
  let from = 0;
  for (const found of typed.matchAll(joint)) {
    const after = found.index + found[0].length;
    const name = beginning.exec(typed.slice(after))?.[1];
    const isComma = found[0].trim() === ',';
    if (name === undefined || (!isKnown(name) && (isComma || /\sand\s/i.test(name)))) continue;
    parts.push(typed.slice(from, found.index));
    from = after;
  }
  parts.push(typed.slice(from));
  const conditions: Condition[] = [];
  for (const part of parts) {
    const condition = readCondition(part, names);
    if (typeof condition === 'string') return condition;
    conditions.push(condition);
  }
  return conditions;
}

/** One of them, with or without `param.` or `metric.`. */
export function readCondition(typed: string, names: FieldNames): Condition | string {
  const found = /^\s*(?:(param|metric)\.)?([^<>=!]+?)\s*(>=|<=|!=|==?|>|<)\s*(.*?)\s*$/s.exec(typed);
  if (!found) return 'not a condition';
  const [, prefix, name = '', sign = '', value = ''] = found;
  const kind = prefix ?? (names.metrics.includes(name) && !names.params.includes(name) ? 'metric' : 'param');
  if (prefix === undefined && !names.params.includes(name) && !names.metrics.includes(name))
    return `There is no parameter or metric “${name}”`;
  if (value === '') return 'A value is missing';
  if (kind === 'metric' && toNumber(value) === undefined) return 'A metric is compared with a number';
  if (/\s+or\s+[^<>=!]+?\s*[<>=!]/i.test(value))
    return '“or” is not understood: all filters must hold at once';
  if (/[<>]/.test(sign) && toNumber(value) === undefined && names.numeric.has(name))
    return `“${value}” is no number, and all values of ${name} are`;
  return { field: `${kind}.${name}`, comparison: sign === '==' ? '=' : (sign as Comparison), value };
}

export function matches(condition: Condition, run: Run): boolean {
  const { field, comparison } = condition;
  if (field.startsWith('metric.')) {
    const value = run.metrics[field.slice('metric.'.length)];
    if (value === undefined) return comparison === '!=';
    const bound = Number(condition.value);
    if (Number.isFinite(value) && Number.isFinite(bound)) return holds(comparison, value, bound);
    // NaN and infinities are equal to themselves alone, and neither above nor below anything.
    return Object.is(value, bound) ? comparison === '=' : comparison === '!=';
  }
  const text = run.parameters[field.slice('param.'.length)];
  if (text === undefined) return comparison === '!=';
  // Parameters are texts; only their order is that of numbers, where one asks with a number.
  const bound = toNumber(condition.value);
  if (comparison === '=' || comparison === '!=' || bound === undefined)
    return holds(comparison, text, condition.value);
  const number = toNumber(text);
  return number !== undefined && holds(comparison, number, bound);
}

function holds<Value extends string | number>(comparison: Comparison, value: Value, bound: Value): boolean {
  switch (comparison) {
    case '=':
      return value === bound;
    case '!=':
      return value !== bound;
    case '>=':
      return value >= bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '<':
      return value < bound;
  }
}

export type Brush =
  | { field: string; low: number; high: number; values?: undefined }
  | { field: string; values: readonly string[] };

export function formatBrush(brush: Brush): string {
  if (brush.values) return `${brush.field}=${brush.values.map(encodeURIComponent).join('|')}`;
  return `${brush.field}:${brush.low}..${brush.high}`;
}

export function parseBrush(text: string): Brush | undefined {
  const range = /^([^=]+):(-?[\d.e+-]+?)\.\.(-?[\d.e+-]+)$/i.exec(text);
  if (range) {
    const low = toNumber(range[2] ?? '');
    const high = toNumber(range[3] ?? '');
    return low === undefined || high === undefined ? undefined : { field: range[1] ?? '', low, high };
  }
  const at = text.indexOf('=');
  if (at <= 0) return undefined;
  try {
    return {
      field: text.slice(0, at),
      values: text
        .slice(at + 1)
        .split('|')
        .map(decodeURIComponent),
    };
  } catch {
    return undefined;
  }
}

export function isInside(brush: Brush, run: Run, nowMs: number): boolean {
  if (brush.values) return brush.values.includes(String(valueOf(run, brush.field, nowMs) ?? ''));
  const value = numberOf(run, brush.field, nowMs);
  return value !== undefined && value >= brush.low && value <= brush.high;
}

const signs: Record<Comparison, string> = { '>=': '≥', '<=': '≤', '!=': '≠', '=': '=', '>': '>', '<': '<' };

/** "lr ≥ 0.01", as chips say it. */
export function conditionText({ field, comparison, value }: Condition): string {
  return `${fieldOf(field).label} ${signs[comparison]} ${value}`;
}

export function brushText(brush: Brush): string {
  const { label } = fieldOf(brush.field);
  if (brush.values) return `${label} = ${brush.values.join(' or ')}`;
  const short = (value: number) => String(Number(value.toPrecision(4)));
  return `${label} ${short(brush.low)} – ${short(brush.high)}`;
}
