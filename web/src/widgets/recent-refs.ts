/** The refs that were chosen last in each repository, kept in this browser. Lost or broken storage is an empty list. */
import type { RefType } from '../ui/RefBadge';

export interface RecentRef {
  id: string;
  type: RefType;
}

const recentMax = 5;
const types: readonly string[] = ['branch', 'tag', 'commit'] satisfies RefType[];

const keyOf = (repository: string) => `anabranch.recent-refs.${repository}`;

export function recentRefs(repository: string): RecentRef[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(repository)) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isRecentRef).slice(0, recentMax) : [];
  } catch {
    return [];
  }
}

export function rememberRef(repository: string, ref: RecentRef): void {
  const others = recentRefs(repository).filter((other) => other.id !== ref.id);
  try {
    localStorage.setItem(keyOf(repository), JSON.stringify([ref, ...others].slice(0, recentMax)));
  } catch {
    // Storage that is full or forbidden: nothing is remembered.
  }
}

function isRecentRef(value: unknown): value is RecentRef {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'type' in value &&
    typeof value.type === 'string' &&
    types.includes(value.type)
  );
}
