/** From metric points to what uPlot draws: smoothed, on one of three x axes, all curves over shared positions. */
import type { MetricSeries } from '../../../api/types';

export type XAxis = 'step' | 'relative' | 'time';

export interface Curve {
  run: string;
  x: number[];
  y: number[];
}

/** What `points` of a series hold. */
const [step, time, value] = [0, 1, 2];

/** Where the axis begins: relative time at the run's start, or at its first point. */
function originOf(series: MetricSeries, axis: XAxis, startedMs: number | undefined): number {
  return axis === 'relative' ? (startedMs ?? series.points[0]?.[time] ?? 0) : 0;
}

/** Points in the order of the axis. Relative time is milliseconds since the run's start, or since its first point. */
export function toCurve(series: MetricSeries, axis: XAxis, startedMs: number | undefined): Curve {
  const at = axis === 'step' ? step : time;
  const origin = originOf(series, axis, startedMs);
  const points = series.points.map((point): [number, number] => [
    (point[at] ?? 0) - origin,
    point[value] ?? Number.NaN,
  ]);
  if (axis !== 'step') points.sort((left, right) => left[0] - right[0]);
  const curve: Curve = { run: series.run, x: [], y: [] };
  for (const [x, y] of points) {
    // Points of one moment are one position: the last stands.
    if (curve.x.at(-1) === x) curve.y[curve.y.length - 1] = y;
    else {
      curve.x.push(x);
      curve.y.push(y);
    }
  }
  return curve;
}

/** Where curves have a point that is NaN or infinite. */
export function notFinite(curves: readonly Curve[]): { run: string; x: number }[] {
  return curves.flatMap(({ run, x, y }) =>
    x.filter((_, index) => !Number.isFinite(y[index])).map((each) => ({ run, x: each })),
  );
}

/** The greatest or least of all points of a series, however few are drawn, and where it stands on the axis. */
export function extremeOf(
  series: MetricSeries,
  goal: 'max' | 'min',
  axis: XAxis,
  startedMs: number | undefined,
): { value: number; at: number } | undefined {
  const point = goal === 'max' ? series.greatest : series.least;
  const level = point?.[value];
  const place = point?.[axis === 'step' ? step : time];
  if (level === undefined || place === undefined) return undefined;
  return { value: level, at: place - originOf(series, axis, startedMs) };
}

/** Exponential moving average, corrected for its start (as TensorBoard does); weight 0 is the curve itself, 1 is flat. */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let last = 0;
  let count = 0;
  return values.map((each) => {
    if (!Number.isFinite(each)) return each;
    last = last * weight + (1 - weight) * each;
    count += 1;
    return last / (1 - weight ** count);
  });
}

export interface Aligned {
  x: number[];
  /** As many as curves; undefined: the curve has no point there. */
  ys: (number | null | undefined)[][];
}

/**
 * All curves over one row of positions. Runs that log at moments of their own would make a position of each point: past
 * `positionsMax` points move to the nearest of evenly spaced ones, closer together than pixels.
 */
export function align(
  curves: readonly Curve[],
  options: { logX?: boolean; logY?: boolean; positionsMax?: number } = {},
): Aligned {
  const { logX = false, logY = false, positionsMax = 2000 } = options;
  let positions = new Set<number>();
  for (const { x } of curves) for (const each of x) if (!logX || each > 0) positions.add(each);
  let snap = (each: number) => each;
  if (positions.size > positionsMax) {
    const toLine = logX ? Math.log : (each: number) => each;
    const fromLine = logX ? Math.exp : (each: number) => each;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const each of positions) {
      low = Math.min(low, each);
      high = Math.max(high, each);
    }
    const [first, width] = [toLine(low), (toLine(high) - toLine(low)) / (positionsMax - 1) || 1];
    snap = (each) => fromLine(first + Math.round((toLine(each) - first) / width) * width);
    positions = new Set([...positions].map(snap));
  }
  const x = Float64Array.from(positions).sort();
  const places = new Map<number, number>();
  x.forEach((each, place) => places.set(each, place));
  const ys = curves.map((curve) => {
    const y = new Array<number | null | undefined>(x.length);
    curve.x.forEach((each, index) => {
      if (logX && each <= 0) return;
      const place = places.get(snap(each));
      const level = curve.y[index];
      if (place === undefined || level === undefined) return;
      // What a logarithmic axis cannot show is a gap, as is what is no number.
      y[place] = !Number.isFinite(level) || (logY && level <= 0) ? null : level;
    });
    return y;
  });
  return { x: [...x], ys };
}

/** The index of the curve that is nearest to a height at a position, looking a little to both sides for points. */
export function nearestCurve(
  ys: Aligned['ys'],
  place: number,
  distanceTo: (value: number) => number,
  reach = 3,
): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  ys.forEach((y, index) => {
    const level = levelAt(y, place, reach);
    if (level === undefined) return;
    const distance = distanceTo(level);
    if (distance < least) {
      least = distance;
      best = index;
    }
  });
  return best;
}

/** The value of a curve at a position, or at the nearest position within reach that has one. */
export function levelAt(y: Aligned['ys'][number], place: number, reach = 3): number | undefined {
  for (let away = 0; away <= reach; away += 1) {
    const level = y[place - away] ?? y[place + away];
    if (level !== null && level !== undefined) return level;
  }
  return undefined;
}
