/** From values to places between 0 and 1 and back, for axes of scatter plots and parallel coordinates, and for colours. */
import type { FieldValue } from './fields';
import { byName } from '../../../ui/natural-order';

export interface Scale {
  kind: 'number' | 'category';
  /** 0 to 1; undefined: the value has no place. */
  place: (value: FieldValue) => number | undefined;
  /** Of numbers only. */
  invert: (place: number) => number;
  ticks: { place: number; label: string }[];
  categories: readonly string[];
}

/** More kinds of text than this are not told apart on an axis. */
const categoriesMax = 200;

/** Numbers where all values are numbers, else categories in the order of their names. */
export function makeScale(values: Iterable<FieldValue>, log = false, ticksWanted = 5): Scale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let hasText = false;
  const texts = new Set<string>();
  for (const value of values) {
    if (value === undefined) continue;
    if (typeof value === 'number') {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    } else hasText = true;
    if (texts.size < categoriesMax) texts.add(String(value));
  }
  return hasText ? categoryScale([...texts]) : numberScale(low, high, log, ticksWanted);
}

function categoryScale(texts: string[]): Scale {
  const categories = texts.sort(byName);
  const indexes = new Map(categories.map((text, index) => [text, index]));
  const placeOf = (index: number) => (categories.length < 2 ? 0.5 : index / (categories.length - 1));
  return {
    kind: 'category',
    place: (value) => {
      const index = value === undefined ? undefined : indexes.get(String(value));
      return index === undefined ? undefined : placeOf(index);
    },
    invert: (place) => Math.round(place * (categories.length - 1)),
    ticks: categories.map((label, index) => ({ place: placeOf(index), label })),
    categories,
  };
}

function numberScale(low: number, high: number, log: boolean, ticksWanted: number): Scale {
  const isEmpty = low > high;
  const to = log ? Math.log10 : (value: number) => value;
  const from = log ? (value: number) => 10 ** value : (value: number) => value;
  let [first, last] = isEmpty ? [0, 1] : [to(low), to(high)];
  if (first === last) {
    const room = log ? 0.5 : Math.abs(first) * 0.1 || 1;
    [first, last] = [first - room, last + room];
  }
  const place = (value: number) => (to(value) - first) / (last - first);
  const marks = log ? logTicks(first, last) : niceTicks(first, last, ticksWanted);
  return {
    kind: 'number',
    place: (value) =>
      typeof value !== 'number' || !Number.isFinite(value) || (log && value <= 0) ? undefined : place(value),
    invert: (at) => from(first + at * (last - first)),
    ticks: isEmpty ? [] : marks.map((value) => ({ place: place(value), label: tickLabel(value) })),
    categories: [],
  };
}

/** Round numbers between two others. */
export function niceTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step - 1e-9); tick * step <= high + step * 1e-9; tick += 1)
    ticks.push(Number((tick * step).toPrecision(12)));
  return ticks;
}

function logTicks(first: number, last: number): number[] {
  const ticks: number[] = [];
  const span = last - first;
  const times = span > 3 ? [1] : span > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
  const stride = Math.max(1, Math.ceil(span / 6));
  for (let power = Math.floor(first); power <= Math.ceil(last); power += stride)
    for (const each of times) ticks.push(Number((each * 10 ** power).toPrecision(6)));
  const slack = span * 1e-6;
  return ticks.filter((tick) => Math.log10(tick) >= first - slack && Math.log10(tick) <= last + slack);
}

export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace('.0e', 'e');
  return String(Number(value.toPrecision(4)));
}

/** Along blue-green to yellow, readable on both backgrounds and in grey. */
const ramp = {
  light: ['#30327f', '#2a5f92', '#1f8a8c', '#3fae6d', '#a5c23f'],
  dark: ['#5d6ff0', '#3f96d8', '#35b9a8', '#8fd160', '#f3e04b'],
};

export function rampColor(place: number, scheme: 'light' | 'dark'): string {
  const colors = ramp[scheme];
  const at = Math.max(0, Math.min(1, place)) * (colors.length - 1);
  const index = Math.min(colors.length - 2, Math.floor(at));
  return mix(colors[index] ?? '', colors[index + 1] ?? '', at - index);
}

function mix(from: string, to: string, share: number): string {
  const part = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
  const hex = [1, 3, 5].map((at) =>
    Math.round(part(from, at) * (1 - share) + part(to, at) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}
