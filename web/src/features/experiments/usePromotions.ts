import { useQueries, useQuery } from '@tanstack/react-query';
import { isHeldQuery, promotionsQuery } from '../../api/queries/promotions';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Commit, Run } from '../../api/types';

/** A run that was brought to the default branch. */
export interface Promoted {
  branch: string;
  /** The commit that brought it last. */
  commit: Commit;
  /** Its results are there as that commit left them. */
  isHeld: boolean;
}

/** So many of the newest promotions are held against the branch; it hardly ever holds more than one. */
const lookedAtMax = 20;

/** Those of the runs that were promoted, by run id, newest first. */
export function usePromotions(repository: string, runs: readonly Run[]): Map<string, Promoted> {
  const branch = useQuery(repositoryQuery(repository)).data?.default_branch;
  const history = useQuery({
    ...promotionsQuery(repository, branch ?? ''),
    enabled: branch !== undefined && runs.length > 0,
  });
  const byCommit = new Map(
    runs.flatMap((run) => (run.commit_id === undefined ? [] : [[run.commit_id, run]])),
  );
  const found = new Map<string, Commit>();
  for (const commit of history.data ?? []) {
    const run = byCommit.get(commit.metadata?.['anabranch.promoted_commit'] ?? '');
    if (run && !found.has(run.id)) found.set(run.id, commit);
  }
  const held = useQueries({
    queries: [...found.values()]
      .slice(0, lookedAtMax)
      .map((commit) => isHeldQuery(repository, branch ?? '', commit)),
  });
  return new Map(
    [...found].map(([id, commit], index) => [
      id,
      { branch: branch ?? '', commit, isHeld: held[index]?.data === true },
    ]),
  );
}
