/** Which metric is the main one, whether more or less of it is better, and which run is best by it. */
import type { Run } from '../../../api/types';
import { inferGoal } from './direction';

export type Goal = 'max' | 'min';

export interface Aim {
  metric: string;
  goal: Goal;
}

export function usualGoal(metric: string): Goal {
  return inferGoal(metric) ?? 'max';
}

/** A metric's goal: what was chosen (`<metric>:min`, `<metric>:max`), or else what its name lets one guess. */
export function goalOf(metric: string, goals: readonly string[] = []): Goal {
  if (goals.includes(`${metric}:min`)) return 'min';
  return goals.includes(`${metric}:max`) ? 'max' : usualGoal(metric);
}

/** Whether one is known: chosen, or told by the name. Of another metric (a learning rate, a count) no value is the best. */
export function isGoalKnown(metric: string, goals: readonly string[] = []): boolean {
  return (
    inferGoal(metric) !== undefined ||
    goals.some((each) => each === `${metric}:min` || each === `${metric}:max`)
  );
}

/** The choices with this one; undefined: none is left, each metric has the goal that its name tells. */
export function withGoal(
  goals: readonly string[] | undefined,
  metric: string,
  goal: Goal,
): string[] | undefined {
  const rest = (goals ?? []).filter((each) => each !== `${metric}:min` && each !== `${metric}:max`);
  if (goal !== inferGoal(metric)) rest.push(`${metric}:${goal}`);
  return rest.length > 0 ? rest : undefined;
}

/** What people usually judge by, the first that is there; of several, the one measured on data that was held back. */
const usualMetrics = [/acc/i, /f1|auc|bleu|map$|score|reward|r2|iou|dice/i, /loss/i, /err|rmse|mse|mae/i];
const heldBack = /val|test|eval/i;

export function mainMetric(metrics: readonly string[]): string | undefined {
  for (const usual of usualMetrics) {
    const found = metrics.filter((name) => usual.test(name));
    if (found.length > 0) return found.find((name) => heldBack.test(name)) ?? found[0];
  }
  return metrics[0];
}

/** So many of the newest runs with metrics are asked: as many as charts draw. */
const askedRuns = 100;

/** The main one of those that at least half as many of the newest runs have as have the most common one. */
export function mainMetricOf(runs: readonly Run[], metrics: readonly string[]): string | undefined {
  const telling = runs.filter((run) => Object.keys(run.metrics).length > 0);
  const newest = [...telling].sort((left, right) => right.created_ms - left.created_ms).slice(0, askedRuns);
  const counts = new Map<string, number>();
  for (const run of newest)
    for (const name of Object.keys(run.metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return mainMetric(metrics.filter((name) => (counts.get(name) ?? 0) * 2 >= most));
}

/** What is NaN or infinite is better than nothing. */
export function isBetter(value: number, than: number, goal: Goal): boolean {
  if (!Number.isFinite(value) || !Number.isFinite(than)) return Number.isFinite(value);
  return goal === 'max' ? value > than : value < than;
}

/** Of runs that are ok, or of all where none is; undefined: none has the metric. */
export function bestRun(runs: readonly Run[], { metric, goal }: Aim): Run | undefined {
  const ok = runs.filter((run) => run.state === 'ok' && Number.isFinite(run.metrics[metric]));
  let best: Run | undefined;
  for (const run of ok.length > 0 ? ok : runs) {
    const value = run.metrics[metric];
    const known = best?.metrics[metric];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (known === undefined || isBetter(value, known, goal)) best = run;
  }
  return best;
}

/** The best run, where one is better than others: the goal is known, and not all have the same value. */
export function distinctBest(
  runs: readonly Run[],
  aim: Aim | undefined,
  goals: readonly string[] | undefined,
): Run | undefined {
  if (!aim || !isGoalKnown(aim.metric, goals)) return undefined;
  const values = new Set(runs.map((run) => run.metrics[aim.metric]).filter((value) => value !== undefined));
  return values.size === 1 && runs.length > 1 ? undefined : bestRun(runs, aim);
}
