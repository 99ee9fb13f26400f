import type { ReactElement } from 'react';

/** A stream that leaves its river and rejoins it. */
export function Logo({ size = 26 }: { size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" strokeLinecap="round" aria-hidden="true">
      <path d="M9.5 19.5C6 11 14.5 4.5 23 11" stroke="light-dark(#46b3c4, #a1d7e0)" strokeWidth="3" />
      <path d="M6.5 28C6.5 18.5 25.5 14.5 25.5 4" stroke="var(--ab-accent)" strokeWidth="4.4" />
    </svg>
  );
}
