import { beforeEach, describe, expect, it } from 'vitest';
import { recentRefs, rememberRef } from './recent-refs';

describe('recent refs', () => {
  beforeEach(() => localStorage.clear());

  it('come latest first, once each, five at most', () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'b']) rememberRef('birds', { id, type: 'branch' });

    expect(recentRefs('birds').map((ref) => ref.id)).toEqual(['b', 'f', 'e', 'd', 'c']);
  });

  it('belong to one repository', () => {
    rememberRef('birds', { id: 'main', type: 'branch' });

    expect(recentRefs('dogs')).toEqual([]);
  });

  it('are none where the storage holds something else', () => {
    localStorage.setItem('anabranch.recent-refs.birds', '[{"id": 3}, "x", {"id": "main", "type": "tag"}]');
    localStorage.setItem('anabranch.recent-refs.dogs', '{');

    expect(recentRefs('birds')).toEqual([{ id: 'main', type: 'tag' }]);
    expect(recentRefs('dogs')).toEqual([]);
  });
});
