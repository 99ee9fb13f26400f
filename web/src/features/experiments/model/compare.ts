/** Chosen runs side by side: their parameters and metrics line by line, and their files. */
import type { ObjectStats, Run } from '../../../api/types';
import { byName } from '../../../ui/natural-order';
import { goalOf, isBetter, isGoalKnown, type Goal } from './goal';

export interface ParameterLine {
  name: string;
  values: (string | undefined)[];
  isEqual: boolean;
}

export interface MetricLine {
  name: string;
  values: (number | undefined)[];
  /** Less the baseline's. */
  differences: (number | undefined)[];
  best: number | undefined;
  goal: Goal;
  isEqual: boolean;
}

export function parameterLines(runs: readonly Run[]): ParameterLine[] {
  return namesOf(runs.map((run) => run.parameters)).map((name) => {
    const values = runs.map((run) => run.parameters[name]);
    return { name, values, isEqual: values.every((value) => value === values[0]) };
  });
}

export function metricLines(runs: readonly Run[], baseline: number, goals?: readonly string[]): MetricLine[] {
  return namesOf(runs.map((run) => run.metrics)).map((name) => {
    const values = runs.map((run) => run.metrics[name]);
    const goal = goalOf(name, goals);
    const base = values[baseline];
    let best: number | undefined;
    for (const value of values)
      if (value !== undefined && (best === undefined || isBetter(value, best, goal))) best = value;
    const isEqual = values.every((value) => value === values[0]);
    return {
      name,
      values,
      differences: values.map((value) =>
        value === undefined || base === undefined ? undefined : value - base,
      ),
      best: isEqual || !isGoalKnown(name, goals) ? undefined : best,
      goal,
      isEqual,
    };
  });
}

function namesOf(maps: readonly Record<string, unknown>[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))].sort(byName);
}

export interface FileLine {
  path: string;
  files: (ObjectStats | undefined)[];
  /** The same bytes in all runs. */
  isEqual: boolean;
}

export function fileLines(listings: readonly (readonly ObjectStats[])[]): FileLine[] {
  const byPath = listings.map((files) => new Map(files.map((file) => [file.path, file])));
  const paths = [...new Set(listings.flatMap((files) => files.map(({ path }) => path)))].sort(byName);
  return paths.map((path) => {
    const files = byPath.map((map) => map.get(path));
    return { path, files, isEqual: files.every((file) => file?.checksum === files[0]?.checksum) };
  });
}
