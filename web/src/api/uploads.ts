/**
 * The queue of uploads: three files at once, in the order in which they came. It lives beside React, so that uploads go on
 * while one moves between pages. Read it with `useUploads()`; `uploads.subscribe` tells of changes ten times a second at most.
 */
import { useSyncExternalStore } from 'react';
import { ApiError } from './error';
import { hasObject, putObject } from './s3';

const filesAtOnce = 3;
const tellIntervalMs = 100;

/** `exists`: its key is taken, and it waits for a decision. */
export type UploadState = 'waiting' | 'sending' | 'exists' | 'done' | 'failed' | 'cancelled' | 'skipped';

/** What is done with a file whose key is taken. */
export type Decision = 'replace' | 'skip';

export interface Upload {
  readonly id: number;
  readonly bucket: string;
  readonly key: string;
  readonly file: Blob;
  /** Files that were added together: one decision can be for all of them. */
  readonly batch: number;
  /** Whether what is there may be replaced; undefined: that is asked first. */
  readonly decision?: Decision;
  readonly state: UploadState;
  readonly sentBytes: number;
  readonly error?: string;
}

export interface UploadsView {
  readonly items: readonly Upload[];
  readonly waiting: number;
  readonly sending: number;
  readonly exists: number;
  readonly skipped: number;
  readonly done: number;
  readonly failed: number;
  readonly totalBytes: number;
  readonly sentBytes: number;
}

const empty: UploadsView = {
  items: [],
  waiting: 0,
  sending: 0,
  exists: 0,
  skipped: 0,
  done: 0,
  failed: 0,
  totalBytes: 0,
  sentBytes: 0,
};

export class UploadQueue {
  private readonly items = new Map<number, Upload>();
  private readonly waiting: number[] = [];
  private readonly stops = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private readonly settledListeners = new Set<(bucket: string) => void>();
  private view = empty;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private nextId = 1;
  private nextBatch = 1;

  constructor(
    private readonly put: typeof putObject = putObject,
    private readonly has: typeof hasObject = hasObject,
  ) {}

  /** Adds files of one bucket (or repository, whose keys begin with a branch). Nothing is replaced unasked. */
  add(bucket: string, files: readonly { key: string; file: Blob }[]): void {
    const batch = this.nextBatch++;
    for (const { key, file } of files) {
      const id = this.nextId++;
      this.items.set(id, { id, bucket, key, file, batch, state: 'waiting', sentBytes: 0 });
      this.waiting.push(id);
    }
    this.startNext();
    this.tell();
  }

  cancel(id: number): void {
    const item = this.items.get(id);
    if (!item) return;
    if (item.state === 'waiting' || item.state === 'exists') {
      this.change(id, { state: 'cancelled' });
      this.tellIfSettled(item.bucket);
    } else this.stops.get(id)?.abort();
  }

  cancelAll(): void {
    for (const item of [...this.items.values()]) {
      if (isPending(item)) this.cancel(item.id);
    }
  }

  /** Decides on a file whose key is taken; `forAll`: and on all that were added with it and are not over. */
  decide(id: number, decision: Decision, forAll: boolean): void {
    const chosen = this.items.get(id);
    if (chosen?.state !== 'exists') return;
    for (const item of [...this.items.values()]) {
      const isMeant = item.id === id || (forAll && item.batch === chosen.batch && isPending(item));
      if (!isMeant || item.decision !== undefined) continue;
      if (item.state !== 'exists') this.change(item.id, { decision });
      else if (decision === 'skip') this.change(item.id, { decision, state: 'skipped' });
      else {
        this.change(item.id, { decision, state: 'waiting' });
        this.waiting.push(item.id);
      }
    }
    this.startNext();
    this.tellIfSettled(chosen.bucket);
  }

  retry(id: number): void {
    const item = this.items.get(id);
    if (!item || isPending(item) || item.state === 'done') return;
    // Whoever tries a file again that was skipped has thought better of it.
    const decision = item.state === 'skipped' ? 'replace' : item.decision;
    this.change(id, { state: 'waiting', decision, sentBytes: 0, error: undefined });
    this.waiting.push(id);
    this.startNext();
  }

  /** Forgets what is over. */
  clear(): void {
    for (const item of [...this.items.values()]) {
      if (!isPending(item)) this.items.delete(item.id);
    }
    this.tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Calls with the bucket's name when its last upload is over: time to list it again. */
  readonly onSettled = (listener: (bucket: string) => void): (() => void) => {
    this.settledListeners.add(listener);
    return () => this.settledListeners.delete(listener);
  };

  readonly getView = (): UploadsView => this.view;

  private startNext(): void {
    while (this.stops.size < filesAtOnce) {
      const id = this.waiting.shift();
      if (id === undefined) return;
      const item = this.items.get(id);
      if (item?.state === 'waiting') void this.send(item);
    }
  }

  private async send(item: Upload): Promise<void> {
    const stop = new AbortController();
    this.stops.set(item.id, stop);
    this.change(item.id, { state: 'sending' });
    try {
      if (item.decision !== 'replace' && (await this.has(item.bucket, item.key, stop.signal))) {
        this.refuse(item.id);
        return;
      }
      await this.put(item.bucket, item.key, item.file, {
        signal: stop.signal,
        onlyIfAbsent: this.items.get(item.id)?.decision !== 'replace',
        onProgress: (sentBytes) => this.change(item.id, { sentBytes }),
      });
      this.change(item.id, { state: 'done', sentBytes: item.file.size });
    } catch (error) {
      // Somebody else was quicker.
      if (isTaken(error)) this.refuse(item.id);
      else if (stop.signal.aborted) this.change(item.id, { state: 'cancelled' });
      else
        this.change(item.id, {
          state: 'failed',
          error: error instanceof Error ? error.message : String(error),
        });
    } finally {
      this.stops.delete(item.id);
      this.startNext();
      this.tellIfSettled(item.bucket);
    }
  }

  /** Its key is taken: what was decided meanwhile is done, else one is asked. */
  private refuse(id: number): void {
    const decision = this.items.get(id)?.decision;
    if (decision === 'replace') {
      this.change(id, { state: 'waiting', sentBytes: 0 });
      this.waiting.push(id);
    } else this.change(id, { state: decision === 'skip' ? 'skipped' : 'exists', sentBytes: 0 });
  }

  private tellIfSettled(bucket: string): void {
    for (const item of this.items.values()) {
      if (item.bucket === bucket && isPending(item)) return;
    }
    for (const listener of this.settledListeners) listener(bucket);
  }

  private change(id: number, change: Partial<Upload>): void {
    const item = this.items.get(id);
    if (!item) return;
    this.items.set(id, { ...item, ...change });
    this.tell();
  }

  private tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.view = summarise([...this.items.values()]);
      for (const listener of this.listeners) listener();
    }, tellIntervalMs);
  }
}

/** It is not over. */
export function isPending({ state }: Upload): boolean {
  return state === 'waiting' || state === 'sending' || state === 'exists';
}

/** The answer to `If-None-Match: *` where there is an object. */
function isTaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

function summarise(items: readonly Upload[]): UploadsView {
  const view = { ...empty, items };
  for (const item of items) {
    if (item.state === 'cancelled') continue;
    view[item.state] += 1;
    if (item.state === 'skipped') continue;
    view.totalBytes += item.file.size;
    view.sentBytes += item.sentBytes;
  }
  return view;
}

export const uploads = new UploadQueue();

export function useUploads(): UploadsView {
  return useSyncExternalStore(uploads.subscribe, uploads.getView);
}
