import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from './error';
import type { putObject } from './s3';
import { UploadQueue } from './uploads';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sent {
  key: string;
  onlyIfAbsent: boolean;
  finish: () => void;
  fail: (error: Error) => void;
}

/** A queue whose files are sent when the test says so. */
function makeQueue(taken: readonly string[] = []) {
  const sent: Sent[] = [];
  const has = (_bucket: string, key: string) => Promise.resolve(taken.includes(key));
  const put: typeof putObject = (_bucket, key, _body, options) =>
    new Promise((resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new DOMException('stop', 'AbortError')));
      sent.push({ key, onlyIfAbsent: options?.onlyIfAbsent === true, finish: resolve, fail: reject });
    });
  return { queue: new UploadQueue(put, has), sent };
}

const files = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `file-${index}`, file: new Blob(['x']) }));

const settle = () => vi.advanceTimersByTimeAsync(200);

it('sends three files at once, in order', async () => {
  const { queue, sent } = makeQueue();

  queue.add('bucket', files(5));
  await settle();
  expect(sent.map((each) => each.key)).toEqual(['file-0', 'file-1', 'file-2']);
  sent[1]?.finish();
  await settle();

  expect(sent.map((each) => each.key)).toEqual(['file-0', 'file-1', 'file-2', 'file-3']);
  expect(queue.getView()).toMatchObject({ done: 1, sending: 3, waiting: 1, totalBytes: 5, sentBytes: 1 });
});

it('goes on after a failure, which can be tried again', async () => {
  const { queue, sent } = makeQueue();

  queue.add('bucket', files(1));
  await settle();
  sent[0]?.fail(new Error('disk full'));
  await settle();
  const failed = queue.getView().items[0];
  expect(failed).toMatchObject({ state: 'failed', error: 'disk full' });
  queue.retry(failed?.id ?? 0);
  await settle();
  sent[1]?.finish();
  await settle();

  expect(queue.getView()).toMatchObject({ done: 1, failed: 0 });
});

it('cancels what waits and what is under way', async () => {
  const { queue, sent } = makeQueue();

  queue.add('bucket', files(5));
  await settle();
  queue.cancelAll();
  await settle();

  expect(sent).toHaveLength(3);
  expect(queue.getView().items.map((item) => item.state)).toEqual(Array(5).fill('cancelled'));
});

it('tells once when a bucket has nothing left to send', async () => {
  const { queue, sent } = makeQueue();
  const settled = vi.fn();
  queue.onSettled(settled);

  queue.add('bucket', files(2));
  await settle();
  sent[0]?.finish();
  await settle();
  expect(settled).not.toHaveBeenCalled();
  sent[1]?.finish();
  await settle();

  expect(settled).toHaveBeenCalledExactlyOnceWith('bucket');
});

const states = (queue: UploadQueue) => queue.getView().items.map((item) => item.state);

it('replaces nothing unasked', async () => {
  const { queue, sent } = makeQueue(['file-0', 'file-2']);
  const settled = vi.fn();
  queue.onSettled(settled);

  queue.add('bucket', files(3));
  await settle();
  expect(sent).toMatchObject([{ key: 'file-1', onlyIfAbsent: true }]);
  sent[0]?.finish();
  await settle();
  expect(states(queue)).toEqual(['exists', 'done', 'exists']);
  expect(settled).not.toHaveBeenCalled();

  const [first, , third] = queue.getView().items;
  queue.decide(first?.id ?? 0, 'replace', false);
  await settle();
  expect(sent.at(-1)).toMatchObject({ key: 'file-0', onlyIfAbsent: false });
  sent.at(-1)?.finish();
  queue.decide(third?.id ?? 0, 'skip', false);
  await settle();

  expect(states(queue)).toEqual(['done', 'done', 'skipped']);
  expect(settled).toHaveBeenCalledExactlyOnceWith('bucket');
});

it('takes one decision for all that were added together', async () => {
  const { queue, sent } = makeQueue(['file-0', 'file-1', 'file-4']);

  queue.add('bucket', files(5));
  queue.add('other', files(1));
  await settle();
  queue.decide(queue.getView().items[0]?.id ?? 0, 'skip', true);
  await settle();
  while (sent.length > 0) {
    sent.shift()?.finish();
    await settle();
  }

  expect(states(queue)).toEqual(['skipped', 'skipped', 'done', 'done', 'skipped', 'exists']);
});

it('asks as well where somebody else was quicker', async () => {
  const { queue, sent } = makeQueue();

  queue.add('bucket', files(1));
  await settle();
  sent[0]?.fail(new ApiError(412, 'PreconditionFailed'));
  await settle();

  expect(states(queue)).toEqual(['exists']);
});
