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
      {/* One opacity for all, so that streams melt into each other where they meet. */}
      <g opacity="0.11">
        <path d="M-40 640C220 600 330 560 520 600s330 130 560 60 260-90 420-60" strokeWidth="44" />
        <path d="M170 597C330 540 380 330 640 330s360 220 640 280" strokeWidth="24" />
        <path d="M90 616C260 640 380 800 700 800s380-120 560-180" strokeWidth="17" />
        <path d="M420 404C520 300 640 200 820 230s230 210 360 356" strokeWidth="10" />
        <path d="M560 610C660 600 720 480 860 500s130 90 220 150" strokeWidth="8" />
      </g>
    </svg>
  );
}
