/** Rows of a tree of differences, from the answers for its open prefixes. */
import type { DiffCounts, DiffSummary } from '../api/types';

export type ChangeType = 'added' | 'removed' | 'changed' | 'conflict';

export type TreeRow =
  | { kind: 'prefix'; path: string; name: string; depth: number; counts: DiffCounts }
  | { kind: 'object'; path: string; name: string; depth: number; counts: DiffCounts }
  | { kind: 'loading'; path: string; depth: number }
  | { kind: 'truncated'; path: string; depth: number }
  | { kind: 'error'; path: string; depth: number; error: unknown };

/** What is known of a prefix: nothing yet where it has neither. */
export interface PrefixState {
  summary?: DiffSummary;
  error?: unknown;
}

/** `stateOf` answers undefined for a prefix that is closed. */
export function flatten(
  root: string,
  stateOf: (prefix: string) => PrefixState | undefined,
  conflictsOnly: boolean,
): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (prefix: string, depth: number) => {
    const state = stateOf(prefix);
    if (!state) return;
    if (state.error !== undefined) {
      rows.push({ kind: 'error', path: prefix, depth, error: state.error });
      return;
    }
    if (!state.summary) {
      rows.push({ kind: 'loading', path: prefix, depth });
      return;
    }
    for (const entry of state.summary.results) {
      if (conflictsOnly && entry.conflicts === 0) continue;
      const isPrefix = entry.path_type === 'common_prefix';
      const row = { path: entry.path, name: entry.path.slice(prefix.length), depth, counts: entry };
      rows.push({ kind: isPrefix ? 'prefix' : 'object', ...row });
      if (isPrefix) walk(entry.path, depth + 1);
    }
    if (state.summary.truncated) rows.push({ kind: 'truncated', path: prefix, depth });
  };
  walk(root, 0);
  return rows;
}

/** Of an object's counts, of which one is 1. */
export function changeOf(counts: DiffCounts): ChangeType {
  if (counts.conflicts > 0) return 'conflict';
  if (counts.added > 0) return 'added';
  return counts.removed > 0 ? 'removed' : 'changed';
}
