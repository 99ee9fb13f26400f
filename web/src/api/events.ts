/**
 * What happens in a repository while one looks: runs and sweeps as they change, by server-sent events. Events are handed
 * on in batches, four a second at most. A lost connection is made again, with growing pauses. Whenever one stands,
 * `onOpened` says so: whatever was read before may be out of date, and all that comes later is told.
 */
import { api, apiBase } from './client';
import { hasStatus } from './error';
import { readRun } from './numbers';
import { sessionExpired } from './session-events';
import type { Run, Sweep } from './types';

const batchIntervalMs = 250;
/** Three missed pings of 10 s. */
const silenceMaxMs = 30_000;
const pauseMinMs = 1000;
const pauseMaxMs = 30_000;

export interface RepositoryEvents {
  onRuns?: (runs: Run[]) => void;
  onSweeps?: (sweeps: Sweep[]) => void;
  onConnected?: (connected: boolean) => void;
  onOpened?: () => void;
}

/** Follows a repository's events until the answered function is called. */
export function followRepository(repository: string, events: RepositoryEvents): () => void {
  const runs = new Map<string, Run>();
  const sweeps = new Map<string, Sweep>();
  let source: EventSource | undefined;
  let batch: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = pauseMinMs;
  let ended = false;

  const flush = () => {
    batch = undefined;
    if (runs.size > 0) events.onRuns?.([...runs.values()]);
    if (sweeps.size > 0) events.onSweeps?.([...sweeps.values()]);
    runs.clear();
    sweeps.clear();
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, silenceMaxMs);
  };
  const collect =
    <Item extends { id: string }>(items: Map<string, Item>, read: (sent: never) => Item) =>
    (event: MessageEvent<string>) => {
      heard();
      const item = read(JSON.parse(event.data) as never);
      items.set(item.id, item);
      batch ??= setTimeout(flush, batchIntervalMs);
    };

  const connect = () => {
    source = new EventSource(`${apiBase}/repositories/${encodeURIComponent(repository)}/events`);
    source.addEventListener('run', collect(runs, readRun));
    source.addEventListener(
      'sweep',
      collect(sweeps, (sweep: Sweep) => sweep),
    );
    source.addEventListener('ping', heard);
    source.onopen = () => {
      heard();
      pauseMs = pauseMinMs;
      events.onConnected?.(true);
      events.onOpened?.();
    };
    source.onerror = lost;
  };
  const lost = () => {
    source?.close();
    clearTimeout(silence);
    if (ended) return;
    events.onConnected?.(false);
    again = setTimeout(connect, pauseMs);
    pauseMs = Math.min(pauseMs * 2, pauseMaxMs);
    // An EventSource does not tell the status of its refusal.
    api.GET('/session').catch((error: unknown) => {
      if (hasStatus(error, 401)) sessionExpired();
    });
  };

  connect();
  return () => {
    ended = true;
    source?.close();
    clearTimeout(batch);
    clearTimeout(silence);
    clearTimeout(again);
  };
}
