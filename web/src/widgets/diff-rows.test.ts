import { describe, expect, it } from 'vitest';
import type { DiffCounts, DiffSummary } from '../api/types';
import { changeOf, flatten, type PrefixState } from './diff-rows';

const none: DiffCounts = {
  added: 0,
  removed: 0,
  changed: 0,
  conflicts: 0,
  added_bytes: 0,
  removed_bytes: 0,
};

function summary(entries: Record<string, Partial<DiffCounts>>, truncated = false): DiffSummary {
  return {
    results: Object.entries(entries).map(([path, counts]) => ({
      ...none,
      ...counts,
      path,
      path_type: path.endsWith('/') ? 'common_prefix' : 'object',
    })),
    total: none,
    truncated,
  };
}

describe('flatten', () => {
  const states: Record<string, PrefixState> = {
    '': {
      summary: summary({ 'a/': { added: 2 }, 'b/': { changed: 1, conflicts: 1 }, 'c.txt': { added: 1 } }),
    },
    'a/': { summary: summary({ 'a/x': { added: 1 } }, true) },
  };

  it('puts what is below an open prefix under it', () => {
    const rows = flatten('', (prefix) => states[prefix], false);

    expect(rows.map((row) => [row.kind, row.path, row.depth])).toEqual([
      ['prefix', 'a/', 0],
      ['object', 'a/x', 1],
      ['truncated', 'a/', 1],
      ['prefix', 'b/', 0],
      ['object', 'c.txt', 0],
    ]);
    expect(rows[1]).toMatchObject({ name: 'x' });
  });

  it('leaves out what has no conflict', () => {
    const rows = flatten('', (prefix) => states[prefix], true);

    expect(rows.map((row) => row.path)).toEqual(['b/']);
  });

  it('tells what is on its way and what failed', () => {
    const rows = flatten(
      '',
      (prefix) => ({ ...states, 'a/': {}, 'b/': { error: new Error('no') } })[prefix],
      false,
    );

    expect(rows.map((row) => row.kind)).toEqual(['prefix', 'loading', 'prefix', 'error', 'object']);
  });
});

describe('changeOf', () => {
  it('is a conflict before anything else', () => {
    expect(changeOf({ ...none, changed: 1, conflicts: 1 })).toBe('conflict');
    expect(changeOf({ ...none, removed: 1 })).toBe('removed');
    expect(changeOf({ ...none, changed: 1 })).toBe('changed');
  });
});
