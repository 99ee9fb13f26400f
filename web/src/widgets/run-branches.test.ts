import { expect, test } from 'vitest';
import { groupBranches, inOrder, sweepOfBranch } from './run-branches';

const refs = (...ids: string[]) => ids.map((id) => ({ id, commit_id: 'c' }));

test('the default branch comes first, numbers count, and runs may be left out', () => {
  const sweepOf = sweepOfBranch([{ id: 'lr-sweep' }, { id: 'b' }]);
  const isOfRun = (branch: string) => sweepOf(branch) !== undefined;
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

test('the runs of a sweep stand together, apart from what people work on', () => {
  const sweepOf = sweepOfBranch([{ id: 'lr-sweep' }, { id: 'main' }]);
  const all = refs('lr-sweep', 'lr-sweep-10', 'lr-sweep-2', 'main-1', 'topic-10', 'topic-2', 'wip');

  const { others, sweeps } = groupBranches(all, 'wip', sweepOf);

  expect(others.map(({ id }) => id)).toEqual(['wip', 'lr-sweep', 'topic-2', 'topic-10']);
  expect(sweeps.map(({ sweep, branches }) => [sweep, branches.map(({ id }) => id)])).toEqual([
    ['lr-sweep', ['lr-sweep-2', 'lr-sweep-10']],
    ['main', ['main-1']],
  ]);
  expect(groupBranches(refs('main-1'), 'main-1', sweepOf).sweeps).toEqual([]);
});
