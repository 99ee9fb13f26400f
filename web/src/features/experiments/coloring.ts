/** The colours of runs in charts: one each, or by the value of a field. */
import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import type { Run } from '../../api/types';
import { lineLooks, seriesColor, seriesDash, type Scheme } from '../../ui/colors';
import { valueOf } from './model/fields';
import { makeScale, rampColor, tickLabel, type Scale } from './model/scale';

export interface Coloring {
  colors: ReadonlyMap<string, string>;
  /** Of runs whose lines are not drawn through. */
  dashes: ReadonlyMap<string, readonly number[]>;
  /** What the colours mean; none where each run has its own. */
  legend: { color: string; label: string }[];
}

/** More values than this are a range, where they are numbers. */
const distinctMax = 8;
const withoutValue = '#8b98a1';

/**
 * A run looks the same wherever and among whichever others it is drawn: what counts is the run alone. The runs of a sweep
 * follow each other, so that the first sixty all differ.
 */
export function lookOf(run: Pick<Run, 'id' | 'sweep' | 'index'>): number {
  const [text, index] = run.sweep ? [run.sweep, run.index] : [run.id, 0];
  let hash = 0;
  for (let at = 0; at < text.length; ++at) hash = (hash * 31 + text.charCodeAt(at)) >>> 0;
  return (hash + index) % lineLooks;
}

export function colorRuns(runs: readonly Run[], field: string | undefined, scheme: Scheme): Coloring {
  const colors = new Map<string, string>();
  const dashes = new Map<string, readonly number[]>();
  if (field === undefined) {
    for (const run of runs) {
      const look = lookOf(run);
      colors.set(run.id, seriesColor(look, scheme));
      const dash = seriesDash(look);
      if (dash) dashes.set(run.id, dash);
    }
    return { colors, dashes, legend: [] };
  }
  const now = Date.now();
  const values = runs.map((run) => valueOf(run, field, now));
  const distinct = [...new Set(values.filter((value) => value !== undefined))];
  const scale = makeScale(distinct);
  const isRange = scale.kind === 'number' && (field.startsWith('metric.') || distinct.length > distinctMax);
  const colorOf = (value: (typeof values)[number]): string => {
    if (value === undefined) return withoutValue;
    if (isRange) return rampColor(scale.place(value) ?? 0, scheme);
    const place =
      scale.kind === 'category' ? scale.categories.indexOf(String(value)) : sorted.indexOf(value as number);
    return seriesColor(Math.max(0, place), scheme);
  };
  const sorted = distinct.filter((value) => typeof value === 'number').sort((left, right) => left - right);
  runs.forEach((run, index) => colors.set(run.id, colorOf(values[index])));
  return { colors, dashes, legend: legendOf(scale, isRange, sorted, colorOf) };
}

function legendOf(
  scale: Scale,
  isRange: boolean,
  numbers: readonly number[],
  colorOf: (value: string | number) => string,
): Coloring['legend'] {
  if (scale.kind === 'category')
    return scale.categories.slice(0, 12).map((label) => ({ label, color: colorOf(label) }));
  const shown = isRange ? [0, 0.25, 0.5, 0.75, 1].map((place) => scale.invert(place)) : numbers;
  return shown.map((value) => ({ label: tickLabel(value), color: colorOf(value) }));
}

export function useColoring(runs: readonly Run[], field: string | undefined): Coloring {
  const scheme = useComputedColorScheme('light');
  const key = runs.map((run) => `${run.id} ${field === undefined ? '' : valueOf(run, field, 0)}`).join('\n');
  // `key` is what of the runs counts here.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => colorRuns(runs, field, scheme), [key, field, scheme]);
}
