import { QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../api/error';
import { makeQueryClient } from './query-client';
import { recoverWhenReachable } from './recovery';

test('what could not be reached is asked again when the server answers, an answer of no is not', async () => {
  vi.useFakeTimers();
  const queryClient = makeQueryClient();
  let up = false;
  const isReachable = vi.fn(() => Promise.resolve(up));
  recoverWhenReachable(queryClient, isReachable);
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
  expect(isReachable.mock.calls.length).toBeGreaterThan(1);
  up = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(observer.getCurrentResult().data).toBe('listed');
  expect(refused).toHaveBeenCalledTimes(1);

  const asked = isReachable.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(isReachable).toHaveBeenCalledTimes(asked);
  for (const end of ends) end();
  vi.useRealTimers();
});
