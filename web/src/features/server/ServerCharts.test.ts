import { expect, test } from 'vitest';
import { spread } from './ServerCharts';

const figures = {
  s3_requests: 0,
  rest_requests: 1,
  client_errors: 0,
  server_errors: 0,
  received_bytes: 0,
  sent_bytes: 0,
  p50_ms: 1,
  p95_ms: 1,
  p99_ms: 1,
};

test('times of which nothing is known have a place and no value', () => {
  const points = [100_000, 130_000].map((time_ms) => ({ time_ms, ...figures }));

  const placed = spread({ interval_ms: 10_000, points }, 1, 0);

  expect(placed.x).toEqual([80_000, 90_000, 100_000, 110_000, 120_000, 130_000]);
  expect(placed.points.map((point) => point?.rest_requests)).toEqual([
    undefined,
    undefined,
    1,
    undefined,
    undefined,
    1,
  ]);
  expect(placed.hasGaps).toBe(true);
});

test('a server that has told nothing yet has an empty span up to now', () => {
  const placed = spread({ interval_ms: 10_000, points: [] }, 1, 1_000_000);

  expect(placed.x.at(-1)).toBe(990_000);
  expect(placed.points.every((point) => point === undefined)).toBe(true);
});
