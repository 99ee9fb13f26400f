/** Metrics as numbers: JSON has NaN and infinities as the texts "NaN", "Infinity" and "-Infinity". */
import type { MetricSeries, Run, RunList } from './types';
import type { components } from './schema';

type Schemas = components['schemas'];
type Sent = Schemas['MetricNumber'];

/** `Number()` reads the three texts as what they say. */
const readNumber = (sent: Sent): number => (typeof sent === 'number' ? sent : Number(sent));

export function readRun(run: Schemas['Run']): Run {
  const metrics: Record<string, number> = {};
  for (const [name, value] of Object.entries(run.metrics)) metrics[name] = readNumber(value);
  return { ...run, metrics };
}

export const readRuns = (page: Schemas['RunList']): RunList => ({
  ...page,
  results: page.results.map(readRun),
});

const readPoint = (point: readonly Sent[]): number[] => point.map(readNumber);

export const readSeries = (series: Schemas['MetricSeries']): MetricSeries => ({
  ...series,
  points: series.points.map(readPoint),
  least: series.least && readPoint(series.least),
  greatest: series.greatest && readPoint(series.greatest),
});
