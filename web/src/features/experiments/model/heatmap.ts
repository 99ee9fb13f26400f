/** A sweep's grid as a map: rows and columns are values of two parameters, a cell is the best of its runs that are ok. */
import type { Run } from '../../../api/types';
import { byValue } from './fields';
import { bestRun, type Aim } from './goal';

export interface HeatCell {
  runs: Run[];
  best: Run | undefined;
  value: number | undefined;
}

export interface HeatMap {
  xs: string[];
  ys: string[];
  /** By row, then column; undefined: no run has both values. */
  cells: (HeatCell | undefined)[][];
  low: number;
  high: number;
  /** The most runs that share a cell: other parameters tell them apart. */
  runsMax: number;
}

/** `y` undefined: one row. */
export function heatMap(
  runs: readonly Run[],
  grid: Record<string, string[]>,
  x: string,
  y: string | undefined,
  aim: Aim,
): HeatMap {
  const valuesOf = (name: string) =>
    [...new Set([...(grid[name] ?? []), ...runs.flatMap((run) => run.parameters[name] ?? [])])].sort(byValue);
  const xs = valuesOf(x);
  const ys = y === undefined ? [''] : valuesOf(y);
  const sorted = new Map<string, Run[]>();
  const key = (column: string, row: string) => `${column}\0${row}`;
  for (const run of runs) {
    const column = run.parameters[x];
    const row = y === undefined ? '' : run.parameters[y];
    if (column === undefined || row === undefined) continue;
    const at = key(column, row);
    const known = sorted.get(at);
    if (known) known.push(run);
    else sorted.set(at, [run]);
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let runsMax = 0;
  const cells = ys.map((row) =>
    xs.map((column): HeatCell | undefined => {
      const its = sorted.get(key(column, row));
      if (!its) return undefined;
      // What a run has told while it goes on, or before it failed, is not its result.
      const best = bestRun(
        its.filter(({ state }) => state === 'ok'),
        aim,
      );
      const value = best?.metrics[aim.metric];
      runsMax = Math.max(runsMax, its.length);
      if (value !== undefined && Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      return { runs: its, best, value };
    }),
  );
  return { xs, ys, cells, low, high, runsMax };
}
