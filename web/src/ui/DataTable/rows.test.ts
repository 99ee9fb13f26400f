import { expect, test } from 'vitest';
import { filterRows, PagedRows, sliceRows } from './rows';

test('pages are one list, empty ones among them', () => {
  const pages = [[], [0, 1, 2], [3], [], [], [4, 5], []];
  const rows = new PagedRows(pages);
  expect(rows.length).toBe(6);
  expect([...rows]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(Array.from({ length: 8 }, (_, index) => rows.at(index - 1))).toEqual([
    undefined,
    0,
    1,
    2,
    3,
    4,
    5,
    undefined,
  ]);
  expect(new PagedRows([]).at(0)).toBeUndefined();
});

test('parts of a list', () => {
  const rows = new PagedRows([
    [1, 2],
    [3, 4],
  ]);
  expect(sliceRows(rows, 1, 3)).toEqual([2, 3]);
  expect(sliceRows(rows, -2, 9)).toEqual([1, 2, 3, 4]);
  expect(filterRows(rows, (row) => row % 2 === 0)).toEqual([2, 4]);
});
