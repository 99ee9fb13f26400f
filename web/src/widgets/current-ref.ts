/**
 * The ref that one looks at in each repository, for as long as the tab of the browser is open: what was chosen on one page
 * is where the next one begins. Addresses win over it: they hold the whole view.
 */
import { useSyncExternalStore } from 'react';

const keyOf = (repository: string) => `anabranch.current-ref.${repository}`;
const listeners = new Set<() => void>();

export function currentRef(repository: string): string | undefined {
  try {
    return sessionStorage.getItem(keyOf(repository)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepRef(repository: string, ref: string): void {
  if (currentRef(repository) === ref) return;
  try {
    sessionStorage.setItem(keyOf(repository), ref);
  } catch {
    // Storage that is full or forbidden: nothing is kept.
  }
  for (const listener of listeners) listener();
}

export function useCurrentRef(repository: string): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => currentRef(repository),
  );
}
