import { expect, test } from 'vitest';
import type { Diff } from '../api/types';
import { summaryOf } from './diff-summary';

test('a list of changes is counted by folder', () => {
  const change = (type: Diff['type'], path: string, size_bytes = 0): Diff => ({
    type,
    path,
    size_bytes,
    path_type: 'object',
  });
  const changes = [
    change('removed', 'artifacts/a/old.bin', 5),
    change('added', 'artifacts/b.bin', 7),
    change('changed', 'artifacts/model.bin', 3),
    change('added', 'top.txt', 1),
  ];

  expect(summaryOf(changes, '').total).toMatchObject({ added: 2, removed: 1, changed: 1, added_bytes: 8 });
  expect(summaryOf(changes, '').results).toMatchObject([
    { path: 'artifacts/', path_type: 'common_prefix', added: 1, removed: 1, changed: 1, removed_bytes: 5 },
    { path: 'top.txt', path_type: 'object', added: 1 },
  ]);
  expect(summaryOf(changes, 'artifacts/').results.map(({ path }) => path)).toEqual([
    'artifacts/a/',
    'artifacts/b.bin',
    'artifacts/model.bin',
  ]);
});
