import { expect, test } from 'vitest';
import type { Run } from '../../api/types';
import { lineLooks, seriesColor, seriesDash, swatchOf } from '../../ui/colors';
import { colorRuns, lookOf } from './coloring';

function runOf(sweep: string, index: number): Run {
  return {
    id: `${sweep}-${index}`,
    repository: 'r',
    name: `${sweep}-${index}`,
    branch: 'b',
    sweep,
    index,
    state: 'ok',
    parameters: {},
    metrics: {},
    created_ms: 0,
    cancel_requested: false,
    stdout_bytes: 0,
    stderr_bytes: 0,
  };
}

test('a run looks the same whatever others are drawn', () => {
  const runs = Array.from({ length: 12 }, (_, index) => runOf('lr-sweep', index));
  const all = colorRuns(runs, undefined, 'light');
  const some = colorRuns([...runs].reverse().slice(3, 5), undefined, 'light');

  for (const [id, color] of some.colors) {
    expect(color).toBe(all.colors.get(id));
    expect(some.dashes.get(id)).toEqual(all.dashes.get(id));
  }
});

test('sixty runs of a sweep look different, twenty by colour alone', () => {
  const looks = (count: number, scheme: 'light' | 'dark') =>
    Array.from({ length: count }, (_, index) => {
      const look = lookOf(runOf('lr-sweep', index));
      return [seriesColor(look, scheme), seriesDash(look)?.join(' ')] as const;
    });
  for (const scheme of ['light', 'dark'] as const) {
    expect(new Set(looks(20, scheme).map(([color]) => color)).size).toBe(20);
    expect(new Set(looks(60, scheme).map(String)).size).toBe(60);
  }
  expect(lineLooks).toBe(60);
});

test('a swatch shows the dashes of its line', () => {
  expect(swatchOf('#112233', undefined)).toBe('#112233');
  expect(swatchOf('#112233', [7, 4])).toBe(
    'repeating-linear-gradient(#112233 0px 7px, transparent 7px 11px)',
  );
});
