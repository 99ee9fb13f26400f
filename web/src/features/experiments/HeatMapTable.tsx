import { useComputedColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { formatMetric, formatPlural } from '../../ui/format';
import classes from './SweepPage.module.css';
import type { Aim } from './model/goal';
import type { HeatCell, HeatMap } from './model/heatmap';
import { rampColor } from './model/scale';
import { StateIcon } from './StateBadge';

/** A table whose cells are coloured by the metric; the better, the brighter or, on white, the darker. */
export function HeatMapTable({
  repository,
  map,
  x,
  y,
  aim,
  bestId,
}: {
  repository: string;
  map: HeatMap;
  x: string;
  y: string | undefined;
  aim: Aim;
  bestId: string | undefined;
}): ReactElement {
  const scheme = useComputedColorScheme('light');
  const span = map.high - map.low;
  const shade = (value: number): { background: string; color: string } => {
    const share = span === 0 ? 0.5 : (value - map.low) / span;
    const good = aim.goal === 'max' ? share : 1 - share;
    const background = rampColor(good, scheme);
    return { background, color: isBright(background) ? '#000000' : '#ffffff' };
  };
  const legend = [0, 0.25, 0.5, 0.75, 1].map((place) =>
    rampColor(aim.goal === 'max' ? place : 1 - place, scheme),
  );
  return (
    <>
      <div className={classes.mapFrame} tabIndex={0} role="region" aria-label="Heat map">
        <table className={classes.map}>
          <thead>
            <tr>
              <th scope="col" className={classes.mapCorner}>
                {y === undefined ? '' : `${y} ↓`} {x} →
              </th>
              {map.xs.map((value) => (
                <th key={value} scope="col" title={value}>
                  {value}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {map.ys.map((value, row) => (
              <tr key={value}>
                <th scope="row" title={value}>
                  {value === '' ? aim.metric : value}
                </th>
                {map.cells[row]?.map((cell, column) => (
                  <td key={map.xs[column]}>
                    <Cell
                      repository={repository}
                      cell={cell}
                      style={cell?.value === undefined ? undefined : shade(cell.value)}
                      isBest={cell?.best?.id === bestId && bestId !== undefined}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={classes.mapLegend}>
        {map.low <= map.high && (
          <span
            className={classes.mapScale}
            role="img"
            aria-label={`Colours from ${formatMetric(map.low)} to ${formatMetric(map.high)}`}
          >
            {formatMetric(map.low)}
            <i style={{ background: `linear-gradient(to right, ${legend.join(', ')})` }} />
            {formatMetric(map.high)}
          </span>
        )}
        <span>
          Final values of runs that are ok
          {map.runsMax > 1 &&
            `, the ${aim.goal === 'max' ? 'highest' : 'lowest'} of up to ${map.runsMax} runs in a cell`}
          .
        </span>
      </div>
    </>
  );
}

function Cell({
  repository,
  cell,
  style,
  isBest,
}: {
  repository: string;
  cell: HeatCell | undefined;
  style: { background: string; color: string } | undefined;
  isBest: boolean;
}): ReactElement {
  const run = cell?.best ?? cell?.runs[0];
  if (!cell || !run) return <span className={classes.cell}>–</span>;
  const several = cell.runs.length > 1 ? `, the best of ${formatPlural(cell.runs.length, 'run')}` : '';
  return (
    <Link
      to="/repositories/$repository/experiments/runs/$run"
      params={{ repository, run: run.id }}
      className={`${classes.cell} ${isBest ? classes.bestCell : ''}`}
      style={style}
      title={`${run.name}: ${run.state}${several}${isBest ? ', the best of all' : ''}`}
    >
      {cell.value === undefined ? <StateIcon state={run.state} /> : formatMetric(cell.value)}
    </Link>
  );
}

/** Whether black reads better on it than white; the better has 4.5:1 on any colour. Source: WCAG 2, relative luminance and contrast. */
export function isBright(color: string): boolean {
  const part = (at: number) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  const onDark = (1 + 0.05) / (luminance + 0.05);
  const onBright = (luminance + 0.05) / 0.05;
  return onBright >= onDark;
}
