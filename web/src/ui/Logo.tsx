import type { ReactElement } from 'react';

/** A stream that leaves its river and rejoins it. */
export function Logo({ size = 26 }: { size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" strokeLinecap="round" aria-hidden="true">
      <path d="M4 20.5C9 20.5 9.5 23 16 23s7-2.5 12-2.5" stroke="var(--ab-accent)" strokeWidth="4.2" />
      <path
        d="M6.5 18.8C11 16 10 8.8 16 8.8s5 7.2 9.500 10"
        stroke="light-dark(#46b3c4, #a1d7e0)"
        strokeWidth="3.2"
      />
    </svg>
  );
}
