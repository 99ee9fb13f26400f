/** Figures with their exact value one hover away. */
import { useSyncExternalStore, type ReactElement } from 'react';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRelative,
  formatShortCount,
  formatTime,
} from './format';

export function Bytes({ value }: { value: number }): ReactElement {
  return (
    <span className="ab-number" title={`${formatCount(value)} bytes`}>
      {formatBytes(value)}
    </span>
  );
}

export function Count({ value, short = false }: { value: number; short?: boolean }): ReactElement {
  return (
    <span className="ab-number" title={short ? formatCount(value) : undefined}>
      {short ? formatShortCount(value) : formatCount(value)}
    </span>
  );
}

export function Duration({ ms }: { ms: number }): ReactElement {
  return <span className="ab-number">{formatDuration(ms)}</span>;
}

const refreshMs = 30_000;
const clockListeners = new Set<() => void>();
let clockMs = Date.now();
let clockTimer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times of a page: a list has hundreds. */
function subscribeToClock(listener: () => void): () => void {
  clockListeners.add(listener);
  clockTimer ??= setInterval(() => {
    clockMs = Date.now();
    for (const each of clockListeners) each();
  }, refreshMs);
  return () => {
    clockListeners.delete(listener);
    if (clockListeners.size > 0) return;
    clearInterval(clockTimer);
    clockTimer = undefined;
  };
}

/** "3 hours ago", kept current; the exact time on hover. */
export function RelativeTime({ ms }: { ms: number }): ReactElement {
  useSyncExternalStore(subscribeToClock, () => clockMs);
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatTime(ms)}>
      {formatRelative(ms)}
    </time>
  );
}
