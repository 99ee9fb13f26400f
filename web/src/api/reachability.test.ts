import { afterEach, expect, test, vi } from 'vitest';
import { Reachability } from './reachability';

afterEach(() => void vi.useRealTimers());

test('a server that goes away is noticed while nobody asks for anything, and so is its return', async () => {
  vi.useFakeTimers();
  let up = true;
  const reachability = new Reachability(() => Promise.resolve(up));
  const heard = vi.fn();
  reachability.subscribe(heard);
  reachability.start();

  await vi.advanceTimersByTimeAsync(20_000);
  expect(reachability.awaySince).toBeUndefined();
  expect(heard).not.toHaveBeenCalled();

  up = false;
  await vi.advanceTimersByTimeAsync(5000);
  const since = reachability.awaySince;
  expect(since).toBeDefined();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reachability.awaySince).toBe(since);
  expect(heard).toHaveBeenCalledTimes(1);

  up = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(reachability.awaySince).toBeUndefined();
  expect(heard).toHaveBeenCalledTimes(2);
});

test('checks at once ask once', async () => {
  vi.useFakeTimers();
  const ask = vi.fn(() => Promise.resolve(false));
  const reachability = new Reachability(ask);

  await Promise.all([reachability.check(), reachability.check()]);

  expect(ask).toHaveBeenCalledTimes(1);
  expect(reachability.awaySince).toBeDefined();
});
