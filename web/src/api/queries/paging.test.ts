import { describe, expect, test } from 'vitest';
import { firstPages } from './paging';
import { branchQuery, firstBranchesQuery } from './refs';

describe('the first pages of a list', () => {
  const pages = [['a', 'b'], ['c'], ['d']];
  const load = ({ after }: { after: string }) => {
    const page = after === '' ? 0 : Number(after);
    const isLast = page === pages.length - 1;
    return Promise.resolve({
      results: pages[page] ?? [],
      pagination: {
        has_more: !isLast,
        next_offset: isLast ? '' : String(page + 1),
        max_per_page: 2,
        results: 0,
      },
    });
  };

  test('hold all of one that is short, and say so of a longer one', async () => {
    expect(await firstPages(3, load)).toEqual({ items: ['a', 'b', 'c', 'd'], hasMore: false });
    expect(await firstPages(2, load)).toEqual({ items: ['a', 'b', 'c'], hasMore: true });
  });

  test('are not taken for a branch, whatever that is called', () => {
    const [list, branch] = [firstBranchesQuery('dogs').queryKey, branchQuery('dogs', 'first').queryKey];
    expect(JSON.stringify(list)).not.toBe(JSON.stringify(branch));
  });
});
