import type { ReactElement } from 'react';

/** A braided river across the page, drawn faintly. */
export function River({ className }: { className?: string }): ReactElement {
  return (
    <svg
      className={className}
      viewBox="0 0 1440 900"
      preserveAspectRatio="xMidYMid slice"
      fill="none"
      stroke="currentColor"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M-40 560C220 520 320 660 620 650s420-190 900-120" strokeWidth="46" opacity="0.1" />
      <path d="M180 566C330 470 420 330 640 330s330 190 560 222" strokeWidth="26" opacity="0.09" />
      <path d="M90 556C260 700 420 790 700 786s420-190 700-250" strokeWidth="18" opacity="0.08" />
      <path d="M420 398C520 240 700 190 860 250s210 220 330 296" strokeWidth="10" opacity="0.08" />
      <path d="M560 652C660 560 780 520 900 560s120 60 200 -4" strokeWidth="8" opacity="0.1" />
    </svg>
  );
}
