import type { Diff, DiffCounts, DiffSummary } from '../api/types';

const noChange = (): DiffCounts => ({
  added: 0,
  removed: 0,
  changed: 0,
  conflicts: 0,
  added_bytes: 0,
  removed_bytes: 0,
});

/** A list of changes counted as the server counts differences: by the next part of their paths below a prefix. */
export function summaryOf(changes: readonly Diff[], prefix: string): DiffSummary {
  const total = noChange();
  const counts = new Map<string, DiffCounts>();
  for (const { type, path, size_bytes: bytes = 0 } of changes) {
    if (!path.startsWith(prefix)) continue;
    const end = path.indexOf('/', prefix.length);
    const at = end === -1 ? path : path.slice(0, end + 1);
    const below = counts.get(at) ?? noChange();
    counts.set(at, below);
    for (const each of [total, below]) {
      if (type === 'added') {
        each.added += 1;
        each.added_bytes += bytes;
      } else if (type === 'removed') {
        each.removed += 1;
        each.removed_bytes += bytes;
      } else {
        each.changed += 1;
      }
    }
  }
  const results = [...counts].map(([path, each]) => ({
    path,
    path_type: path.endsWith('/') ? ('common_prefix' as const) : ('object' as const),
    ...each,
  }));
  return { results, total, truncated: false };
}
