import type { ReactElement } from 'react';
import { seriesColor, type Scheme } from '../../ui/colors';
import type { GraphLine, GraphRow } from './graph-layout';

export const laneWidth = 14;
const margin = 9;
const dotRadius = 4;
const strokeWidth = 1.75;

const x = (lane: number) => margin + lane * laneWidth;

/** One row of the graph: the lines that cross it, and its commit's dot. A merge is a ring. */
export function GraphCell({
  row,
  lanes,
  height,
  scheme,
}: {
  row: GraphRow;
  lanes: number;
  height: number;
  scheme: Scheme;
}): ReactElement {
  const middle = height / 2;
  const color = seriesColor(row.color, scheme);
  return (
    <svg width={2 * margin + (lanes - 1) * laneWidth} height={height} aria-hidden display="block">
      <g fill="none" strokeWidth={strokeWidth}>
        {row.upper.map((line) => (
          <path
            key={`u${line.from}`}
            d={curve(line, 0, middle, true)}
            stroke={seriesColor(line.color, scheme)}
          />
        ))}
        {row.lower.map((line) => (
          <path
            key={`l${line.from}-${line.to}`}
            d={curve(line, middle, height, false)}
            stroke={seriesColor(line.color, scheme)}
          />
        ))}
      </g>
      <circle
        cx={x(row.lane)}
        cy={middle}
        r={row.isMerge ? dotRadius - 0.5 : dotRadius}
        fill={row.isMerge ? 'var(--mantine-color-body)' : color}
        stroke={row.isMerge ? color : 'var(--mantine-color-body)'}
        strokeWidth={row.isMerge ? 2 : 1.5}
      />
    </svg>
  );
}

/** Straight within a lane; into another one it leaves or arrives upright. */
function curve(line: GraphLine, top: number, bottom: number, endsAtDot: boolean): string {
  const from = x(line.from);
  const to = x(line.to);
  if (from === to) return `M${from} ${top}V${bottom}`;
  return endsAtDot
    ? `M${from} ${top}C${from} ${bottom} ${from} ${bottom} ${to} ${bottom}`
    : `M${from} ${top}C${to} ${top} ${to} ${top} ${to} ${bottom}`;
}
