/**
 * The queue of uploads: three files at once, in the order in which they came. It lives beside React, so that uploads go on
 * while one moves between pages. Read it with `useUploads()`; `uploads.subscribe` tells of changes ten times a second at most.
 */
import { useSyncExternalStore } from 'react';
import { putObject } from './s3';

const filesAtOnce = 3;
const tellIntervalMs = 100;

export type UploadState = 'waiting' | 'sending' | 'done' | 'failed' | 'cancelled';

export interface Upload {
  readonly id: number;
  readonly bucket: string;
  readonly key: string;
  readonly file: Blob;
  readonly state: UploadState;
  readonly sentBytes: number;
  readonly error?: string;
}

export interface UploadsView {
  readonly items: readonly Upload[];
  readonly waiting: number;
  readonly sending: number;
  readonly done: number;
  readonly failed: number;
  readonly totalBytes: number;
  readonly sentBytes: number;
}

const empty: UploadsView = {
  items: [],
  waiting: 0,
  sending: 0,
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

  constructor(private readonly put: typeof putObject = putObject) {}

  /** Adds files of one bucket (or repository, whose keys begin with a branch). */
  add(bucket: string, files: readonly { key: string; file: Blob }[]): void {
    for (const { key, file } of files) {
      const id = this.nextId++;
      this.items.set(id, { id, bucket, key, file, state: 'waiting', sentBytes: 0 });
      this.waiting.push(id);
    }
    this.startNext();
    this.tell();
  }

  cancel(id: number): void {
    const item = this.items.get(id);
    if (!item) return;
    if (item.state === 'waiting') this.change(id, { state: 'cancelled' });
    else this.stops.get(id)?.abort();
  }

  cancelAll(): void {
    for (const item of [...this.items.values()]) {
      if (item.state === 'waiting' || item.state === 'sending') this.cancel(item.id);
    }
  }

  retry(id: number): void {
    const item = this.items.get(id);
    if (!item || (item.state !== 'failed' && item.state !== 'cancelled')) return;
    this.change(id, { state: 'waiting', sentBytes: 0, error: undefined });
    this.waiting.push(id);
    this.startNext();
  }

  /** Forgets what is over. */
  clear(): void {
    for (const item of [...this.items.values()]) {
      if (item.state !== 'waiting' && item.state !== 'sending') this.items.delete(item.id);
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
      await this.put(item.bucket, item.key, item.file, {
        signal: stop.signal,
        onProgress: (sentBytes) => this.change(item.id, { sentBytes }),
      });
      this.change(item.id, { state: 'done', sentBytes: item.file.size });
    } catch (error) {
      if (stop.signal.aborted) this.change(item.id, { state: 'cancelled' });
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

  private tellIfSettled(bucket: string): void {
    for (const item of this.items.values()) {
      if (item.bucket === bucket && (item.state === 'waiting' || item.state === 'sending')) return;
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

function summarise(items: readonly Upload[]): UploadsView {
  const view = { ...empty, items };
  for (const item of items) {
    if (item.state === 'cancelled') continue;
    view[item.state] += 1;
    view.totalBytes += item.file.size;
    view.sentBytes += item.sentBytes;
  }
  return view;
}

export const uploads = new UploadQueue();

export function useUploads(): UploadsView {
  return useSyncExternalStore(uploads.subscribe, uploads.getView);
}
