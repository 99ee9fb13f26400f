/**
 * Curves over steps or time, drawn by uPlot on a canvas. Its numbers are in a table too, for those who cannot see it.
 * Import it from lazy pages only: it brings uPlot along.
 */
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import classes from './Chart.module.css';
import { seriesColor, type Scheme } from './colors';
import { formatMetric, formatTime } from './format';

export interface ChartSeries {
  id: string;
  label: string;
  /** Ascending: steps, or milliseconds since 1970. Series that share an array are joined faster. */
  x: readonly number[];
  y: readonly (number | null)[];
  color?: string;
  /** Drawn as an area. */
  filled?: boolean;
  /** Drawn thin and pale, such as a curve under its smoothed self. */
  faint?: boolean;
}

export interface ChartProps {
  /** What is shown: "Requests per second". */
  label: string;
  series: readonly ChartSeries[];
  xKind?: 'time' | 'step';
  formatY?: (value: number) => string;
  height?: number;
  logX?: boolean;
  logY?: boolean;
  /** The least upper end of the y axis, so that noise near zero stays small. */
  yMaxMin?: number;
  /** y counts bytes: its ticks are at powers of two. */
  binaryY?: boolean;
  /** y begins at zero. */
  fromZero?: boolean;
  withLegend?: boolean;
  /** Charts with the same key show the same x under the mouse. */
  syncKey?: string;
}

/* uPlot's Scale.Distr, which its types declare and its module does not export. */
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment */
const linear = 1 as uPlot.Scale.Distr;
const logarithmic = 3 as uPlot.Scale.Distr;
/* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */

/** Past this the legend and the table would be longer than the page. */
const listedMax = 20;

export function Chart(props: ChartProps): ReactElement {
  const { label, series, xKind = 'step', formatY = formatMetric, height = 220, withLegend = true } = props;
  const scheme = useComputedColorScheme('light');
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [hovered, setHovered] = useState<number | null>(null);
  const data = useMemo(() => toData(series), [series]);
  const isEmpty = data[0].length === 0;

  // What makes a new plot; new points alone do not.
  const shape = JSON.stringify([
    series.map((one) => [one.id, one.label, one.color, one.filled, one.faint]),
    xKind,
    props.logX,
    props.logY,
    props.yMaxMin,
    props.fromZero,
    props.binaryY,
    props.syncKey,
    scheme,
    height,
    isEmpty,
  ]);
  useEffect(() => {
    if (!host.current || width === 0 || isEmpty) return;
    const made = new uPlot(options(props, scheme, width, formatY, setHovered), data, host.current);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = undefined;
    };
    // Data and width are handed to the living plot below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, width === 0]);
  useEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height });
  }, [width, height]);

  const xs = data[0];
  const at = hovered ?? xs.length - 1;
  const xText = (x: number | undefined) =>
    x === undefined ? '' : xKind === 'time' ? formatTime(x) : `step ${x}`;
  return (
    <figure className={classes.chart} style={{ margin: 0 }} aria-label={label}>
      {withLegend && (
        <div className={classes.legend} aria-hidden>
          {series.slice(0, listedMax).map((one, index) => (
            <span key={one.id} className={classes.entry}>
              <span
                className={classes.swatch}
                style={{ background: one.color ?? seriesColor(index, scheme) }}
              />
              <span className={classes.soft}>{one.label}</span>
              <span className={classes.value}>{valueText(data[index + 1]?.[at], formatY)}</span>
            </span>
          ))}
          {!isEmpty && <span className={classes.soft}>{xText(xs[at])}</span>}
        </div>
      )}
      <div ref={sizeRef} style={{ height }}>
        {isEmpty ? (
          <div className={classes.empty} style={{ height }}>
            No points yet
          </div>
        ) : (
          <div ref={host} aria-hidden />
        )}
      </div>
      <Summary label={label} series={series} formatY={formatY} />
    </figure>
  );
}

function Summary({
  label,
  series,
  formatY,
}: {
  label: string;
  series: readonly ChartSeries[];
  formatY: (value: number) => string;
}): ReactElement {
  return (
    <table className="ab-visually-hidden">
      <caption>{label}</caption>
      <thead>
        <tr>
          <th scope="col">Series</th>
          <th scope="col">Latest</th>
          <th scope="col">Least</th>
          <th scope="col">Greatest</th>
        </tr>
      </thead>
      <tbody>
        {series.slice(0, listedMax).map((one) => {
          const values = one.y.filter((value): value is number => value !== null);
          return (
            <tr key={one.id}>
              <th scope="row">{one.label}</th>
              <td>{valueText(values.at(-1), formatY)}</td>
              <td>{valueText(values.length > 0 ? least(values) : undefined, formatY)}</td>
              <td>{valueText(values.length > 0 ? greatest(values) : undefined, formatY)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function valueText(value: number | null | undefined, formatY: (value: number) => string): string {
  return value === null || value === undefined ? '–' : formatY(value);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}

const powersOfTwo = Array.from({ length: 60 }, (_, exponent) => 2 ** exponent);

/** A time on the axis, as exact as its neighbours are near. */
function clockText(timeMs: number, ticks: readonly number[]): string {
  const [first = 0, second = first] = ticks;
  const step = second - first;
  const time = new Date(timeMs);
  if (step >= 86_400_000) return time.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  return time.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(step < 60_000 ? { second: '2-digit' } : {}),
  });
}

/** All series over the union of their x. */
function toData(series: readonly ChartSeries[]): uPlot.AlignedData {
  const first = series[0];
  if (!first) return [[]];
  if (series.every((one) => one.x === first.x)) {
    return [first.x as number[], ...series.map((one) => one.y as (number | null)[])];
  }
  return uPlot.join(series.map((one) => [one.x as number[], one.y as (number | null)[]]));
}

function options(
  props: ChartProps,
  scheme: Scheme,
  width: number,
  formatY: (value: number) => string,
  onHover: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const soft = style.getPropertyValue('--mantine-color-dimmed').trim();
  const grid = scheme === 'dark' ? '#242e35' : '#e9edef';
  const font = `11px ${style.getPropertyValue('--mantine-font-family')}`;
  const axis = { stroke: soft, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width,
    height: props.height ?? 220,
    ms: 1,
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      ...(props.syncKey === undefined ? {} : { sync: { key: props.syncKey } }),
    },
    scales: {
      x: { time: props.xKind === 'time', distr: props.logX ? logarithmic : linear },
      y: {
        distr: props.logY ? logarithmic : linear,
        range: props.logY ? undefined : (_, low, high) => yRange(props, low, high),
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 70,
        ...(props.xKind === 'time'
          ? { values: (_, ticks) => ticks.map((tick) => clockText(tick, ticks)) }
          : {}),
      },
      {
        ...axis,
        size: 62,
        space: 36,
        ...(props.binaryY ? { incrs: powersOfTwo } : {}),
        values: (_, ticks) => ticks.map((tick) => valueText(tick, formatY)),
      },
    ],
    series: [
      {},
      ...props.series.map((one, index) => {
        const color = one.color ?? seriesColor(index, scheme);
        return {
          label: one.label,
          stroke: one.faint ? `${color}55` : color,
          width: one.faint ? 1 : 1.75,
          fill: one.filled ? `${color}22` : undefined,
          // A null is a gap; where series have other x, join() leaves undefined, which is none.
          spanGaps: false,
          points: { show: one.y.filter((value) => value !== null).length === 1 },
        };
      }),
    ],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
  };
}

/** Some room above and below the curves, and zero where it is asked for. */
function yRange(props: ChartProps, low: number | null, high: number | null): [number, number] {
  const bottom = props.fromZero ? 0 : (low ?? 0);
  const top = Math.max(high ?? 1, props.yMaxMin ?? Number.NEGATIVE_INFINITY);
  const room = (top - bottom || Math.abs(top) || 1) * 0.06;
  return [props.fromZero ? 0 : bottom - room, top + room];
}
