import type { Commit } from '../../api/types';

export interface ShownCommit {
  commit: Commit;
  /** As the graph draws it: without lines to commits that are left out. */
  drawn: Commit;
}

/**
 * Commits without those that runs made, but for what others are made of: children come before parents, so that each is decided
 * when it is read, and a page more changes nothing before it. `kept` are heads that are asked for by name.
 */
export function withoutRuns(commits: readonly Commit[], kept: readonly string[]): ShownCommit[] {
  const needed = new Set(kept);
  const shown: ShownCommit[] = [];
  for (const commit of commits) {
    if (commit.metadata?.['anabranch.run'] !== undefined && !needed.has(commit.id)) continue;
    // A promotion says which run it brought: that one is not shown for its sake.
    const promoted = commit.metadata?.['anabranch.promoted_commit'];
    const parents = commit.parents.filter((parent, index) => index === 0 || parent !== promoted);
    for (const parent of parents) needed.add(parent);
    shown.push({ commit, drawn: { ...commit, parents } });
  }
  return shown;
}
