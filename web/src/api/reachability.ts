/**
 * Whether the server answers at all, for the whole application: one truth that every page shows. It is asked every few
 * seconds while the page is looked at, at once where a request got no answer, and more often while it is away.
 */
import { useSyncExternalStore } from 'react';

const beatMs = 5000;
const awayBeatMs = 2000;

export class Reachability {
  private readonly listeners = new Set<() => void>();
  private since: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsking = false;

  constructor(private readonly ask: () => Promise<boolean>) {}

  /** Since when the server has not answered, in milliseconds since 1970; undefined: it answers. */
  get awaySince(): number | undefined {
    return this.since;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Asks now: a request got no answer, or someone wants to know. */
  check = async (): Promise<void> => {
    if (this.isAsking) return;
    this.isAsking = true;
    clearTimeout(this.timer);
    const isThere = await this.ask();
    this.isAsking = false;
    if (isThere !== (this.since === undefined)) {
      this.since = isThere ? undefined : Date.now();
      for (const listener of this.listeners) listener();
    }
    // A hidden page asks nobody; it asks when it is looked at again.
    if (document.visibilityState === 'hidden') return;
    this.timer = setTimeout(() => void this.check(), isThere ? beatMs : awayBeatMs);
  };

  /** Goes on until the page is closed. */
  start(): void {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.check();
    });
    for (const event of ['online', 'offline']) window.addEventListener(event, () => void this.check());
    this.timer = setTimeout(() => void this.check(), beatMs);
  }
}

const askMsMax = 10_000;

/** Any answer of the server counts, also that it is stopping; a proxy's that nobody is behind it does not. */
async function answers(): Promise<boolean> {
  const signal = AbortSignal.timeout(askMsMax);
  const answered = await fetch('/readyz', { cache: 'no-store', signal }).catch(() => undefined);
  return answered !== undefined && answered.status !== 502 && answered.status !== 504;
}

export const reachability = new Reachability(answers);

/** Since when the server has not answered; undefined: it answers. */
export function useAwaySince(): number | undefined {
  return useSyncExternalStore(reachability.subscribe, () => reachability.awaySince);
}
