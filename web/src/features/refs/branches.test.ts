import { expect, test } from 'vitest';
import { inOrder, runBranchTest } from './BranchesPage';

const refs = (...ids: string[]) => ids.map((id) => ({ id, commit_id: 'c' }));

test('the default branch comes first, numbers count, and runs may be left out', () => {
  const isOfRun = runBranchTest([{ id: 'lr-sweep' }, { id: 'b' }]);
  const all = refs('a', 'b-1', 'lr-sweep-1', 'lr-sweep-10', 'lr-sweep-2', 'main', 'topic-2', 'topic-10');

  expect(inOrder(all, 'main', isOfRun).map(({ id }) => id)).toEqual(['main', 'a', 'topic-2', 'topic-10']);
  expect(inOrder(all, 'main', undefined).map(({ id }) => id)).toEqual([
    'main',
    'a',
    'b-1',
    'lr-sweep-1',
    'lr-sweep-2',
    'lr-sweep-10',
    'topic-2',
    'topic-10',
  ]);
  expect(inOrder(refs('lr-sweep-1'), 'lr-sweep-1', isOfRun)).toHaveLength(1);
});
