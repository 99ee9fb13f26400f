import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { putObject } from './s3';
import { UploadQueue } from './uploads';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sent {
  key: string;
  finish: () => void;
  fail: (error: Error) => void;
}

/** A queue whose files are sent when the test says so. */
function makeQueue() {
  const sent: Sent[] = [];
  const put: typeof putObject = (_bucket, key, _body, options) =>
    new Promise((resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new DOMException('stop', 'AbortError')));
      sent.push({ key, finish: resolve, fail: reject });
    });
  return { queue: new UploadQueue(put), sent };
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
