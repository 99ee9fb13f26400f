/** Branches of runs told from those that people work on. */
import type { Ref } from '../api/types';
import { byName } from '../ui/natural-order';

const numberAtEnd = /-\d+$/;

/** The sweep that a branch is of a run of: it is called as its sweep, with the run's number. */
export function sweepOfBranch(sweeps: readonly { id: string }[]): (branch: string) => string | undefined {
  const names = new Set(sweeps.map(({ id }) => id));
  return (branch) => {
    if (!numberAtEnd.test(branch)) return undefined;
    const sweep = branch.replace(numberAtEnd, '');
    return names.has(sweep) ? sweep : undefined;
  };
}

/** The default branch, then the others as people count, the runs of a sweep together. */
export function inOrder(
  rows: Iterable<Ref>,
  defaultBranch: string,
  isHidden: ((branch: string) => boolean) | undefined,
): Ref[] {
  const shown = [...rows].filter(({ id }) => id === defaultBranch || !isHidden?.(id));
  return shown.sort((left, right) => {
    if (left.id === defaultBranch || right.id === defaultBranch) return left.id === defaultBranch ? -1 : 1;
    return byName(left.id, right.id);
  });
}

/** Branches of runs by their sweep, and the others; each as people count, the default branch first. */
export function groupBranches(
  branches: readonly Ref[],
  defaultBranch: string,
  sweepOf: (branch: string) => string | undefined,
): { others: Ref[]; sweeps: { sweep: string; branches: Ref[] }[] } {
  const others: Ref[] = [];
  const groups = new Map<string, Ref[]>();
  for (const branch of inOrder(branches, defaultBranch, undefined)) {
    const sweep = branch.id === defaultBranch ? undefined : sweepOf(branch.id);
    const group = sweep === undefined ? others : (groups.get(sweep) ?? []);
    group.push(branch);
    if (sweep !== undefined) groups.set(sweep, group);
  }
  const sweeps = [...groups].map(([sweep, of]) => ({ sweep, branches: of }));
  return { others, sweeps: sweeps.sort((left, right) => byName(left.sweep, right.sweep)) };
}
