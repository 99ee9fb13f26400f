import { QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../api/error';
import { makeQueryClient } from './query-client';
import { Reachability } from '../api/reachability';
import { recoverWhenReachable } from './recovery';

test('what could not be reached is asked again when the server answers, an answer of no is not', async () => {
  vi.useFakeTimers();
  const queryClient = makeQueryClient();
  let up = false;
  const ask = vi.fn(() => Promise.resolve(up));
  const reachability = new Reachability(ask);
  recoverWhenReachable(queryClient, reachability);
  const queryFn = vi.fn(() =>
    up ? Promise.resolve('listed') : Promise.reject(new ApiError(0, 'not reached')),
  );
  const refused = vi.fn(() => Promise.reject(new ApiError(403, 'no')));
  const observer = new QueryObserver(queryClient, { queryKey: ['list'], queryFn, retry: false });
  const other = new QueryObserver(queryClient, { queryKey: ['other'], queryFn: refused, retry: false });
  const ends = [observer.subscribe(() => undefined), other.subscribe(() => undefined)];

  await vi.advanceTimersByTimeAsync(10_000);
  expect(observer.getCurrentResult().isError).toBe(true);
  expect(queryFn).toHaveBeenCalledTimes(1);
  expect(ask.mock.calls.length).toBeGreaterThan(1);
  expect(reachability.awaySince).toBeDefined();
  up = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(observer.getCurrentResult().data).toBe('listed');
  expect(refused).toHaveBeenCalledTimes(1);

  expect(reachability.awaySince).toBeUndefined();
  for (const end of ends) end();
  vi.useRealTimers();
});

test('what was read before the server was away is read again when it is back', async () => {
  vi.useFakeTimers();
  const queryClient = makeQueryClient();
  let up = true;
  const reachability = new Reachability(() => Promise.resolve(up));
  recoverWhenReachable(queryClient, reachability);
  let reads = 0;
  const read = () => Promise.resolve((reads += 1));
  const observer = new QueryObserver(queryClient, { queryKey: ['list'], queryFn: read });
  const end = observer.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(6000);
  expect(observer.getCurrentResult().data).toBe(1);

  up = false;
  await reachability.check();
  up = true;
  await reachability.check();
  await vi.advanceTimersByTimeAsync(0);

  expect(observer.getCurrentResult().data).toBe(2);
  end();
  vi.useRealTimers();
});

test('a request that broke while the server is there is asked again', async () => {
  vi.useFakeTimers();
  const queryClient = makeQueryClient();
  recoverWhenReachable(queryClient, new Reachability(() => Promise.resolve(true)));
  let broken = true;
  const queryFn = () => (broken ? Promise.reject(new ApiError(0, 'cut')) : Promise.resolve('whole'));
  const observer = new QueryObserver(queryClient, { queryKey: ['list'], queryFn, retry: false });
  const end = observer.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(observer.getCurrentResult().isError).toBe(true);

  broken = false;
  await vi.advanceTimersByTimeAsync(2000);

  expect(observer.getCurrentResult().data).toBe('whole');
  end();
  vi.useRealTimers();
});
