import { expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatPlural,
  formatRelative,
} from './format';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10_000_000, '9.54 MiB'],
  [123_456_789_012, '115 GiB'],
])('%d bytes read as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [4200, '4.2 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms read as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

it.each([
  [0.912345678, '0.91235'],
  [12, '12'],
  [1e-7, '1.000e-7'],
  [100_000, '100,000'],
  [Number.NaN, 'NaN'],
])('the metric %d reads as %s', (value, text) => expect(formatMetric(value)).toBe(text));

it('counts with commas and the right number', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(formatPlural(1, 'branch', 'branches')).toBe('1 branch');
  expect(formatPlural(2, 'branch', 'branches')).toBe('2 branches');
});

it('tells how long ago', () => {
  const now = Date.UTC(2026, 0, 10);

  expect(formatRelative(now - 5000, now)).toBe('just now');
  expect(formatRelative(now - 3 * 3_600_000, now)).toBe('3 hours ago');
  expect(formatRelative(now - 86_400_000, now)).toBe('yesterday');
});
