/** Figures with their exact value one hover away. */
import { Text, Tooltip } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
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

/** "3 hours ago", kept current; the exact time on hover. */
export function RelativeTime({ ms }: { ms: number }): ReactElement {
  const [, refresh] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => refresh((count) => count + 1), refreshMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <Tooltip label={formatTime(ms)}>
      <Text span inherit>
        <time dateTime={new Date(ms).toISOString()}>{formatRelative(ms)}</time>
      </Text>
    </Tooltip>
  );
}
