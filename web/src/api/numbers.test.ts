import { expect, test } from 'vitest';
import { readRun, readSeries } from './numbers';

test('numbers that JSON has no word for are numbers', () => {
  const run = { metrics: { a: 'NaN', b: '-Infinity', c: 'Infinity', d: 0.5 } };
  expect(readRun(run as never).metrics).toEqual({ a: NaN, b: -Infinity, c: Infinity, d: 0.5 });

  const series = { points: [[1, 2, 'NaN']], greatest: [3, 4, 5], count: 1, not_finite: 1 };
  expect(readSeries(series as never)).toMatchObject({ points: [[1, 2, NaN]], greatest: [3, 4, 5] });
});
