import { expect, test } from 'vitest';
import type { Commit } from '../../api/types';
import { withoutRuns } from './without-runs';

const commit = (id: string, parents: string[], metadata: Record<string, string> = {}): Commit => ({
  id,
  parents,
  metadata,
  committer: 'c',
  message: id,
  creation_date: 0,
  meta_range_id: 'm',
});
const run = (id: string, ...parents: string[]) => commit(id, parents, { 'anabranch.run': id });
const ids = (commits: Commit[], ...kept: string[]) =>
  withoutRuns(commits, kept).map((each) => each.commit.id);

test('commits of runs are left out, promoted ones too, and no line leads to them', () => {
  const commits = [
    run('r3', 'p'),
    commit('p', ['a', 'r1'], { 'anabranch.promoted_commit': 'r1' }),
    run('r2', 'a'),
    run('r1', 'a'),
    commit('a', []),
  ];

  expect(ids(commits)).toEqual(['p', 'a']);
  expect(withoutRuns(commits, [])[0]?.drawn.parents).toEqual(['a']);
  expect(withoutRuns(commits, [])[0]?.commit.parents).toEqual(['a', 'r1']);
});

test('what somebody built on a run, merged by hand or asked for stays', () => {
  expect(ids([commit('on', ['r1']), run('r1', 'a'), commit('a', [])])).toEqual(['on', 'r1', 'a']);
  expect(ids([commit('m', ['a', 'r1']), run('r1', 'a'), commit('a', [])])).toEqual(['m', 'r1', 'a']);
  expect(ids([run('r1', 'a'), commit('a', [])], 'r1')).toEqual(['r1', 'a']);
});

test('a page more changes nothing before it', () => {
  const commits = [run('r2', 'a'), commit('b', ['a']), run('r1', 'a'), commit('a', [])];

  expect(ids(commits.slice(0, 3))).toEqual(ids(commits).slice(0, 1));
});
