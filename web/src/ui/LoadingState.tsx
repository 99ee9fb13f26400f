import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';

const widths = ['62%', '48%', '71%', '55%', '66%', '40%', '58%', '51%'];

/** Grey lines in the place of what is coming. */
export function LoadingState({
  rows = 6,
  label = 'Loading',
}: {
  rows?: number;
  label?: string;
}): ReactElement {
  return (
    <div role="status" aria-busy="true" style={{ padding: '12px 16px' }}>
      <span className="ab-visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={12} my={14} radius="sm" width={widths[row % widths.length]} />
      ))}
    </div>
  );
}
