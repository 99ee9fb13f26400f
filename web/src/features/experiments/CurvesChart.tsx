/**
 * Learning curves of up to a hundred runs over each other. Drawn by uPlot; what follows the mouse (the nearest runs, the
 * one in focus) is moved without React, and shared with the table by the highlight.
 */
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useRef, type ReactElement } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { MetricSeries, Run } from '../../api/types';
import { swatchOf } from '../../ui/colors';
import { formatDuration, formatMetric, formatPlural, formatTime } from '../../ui/format';
import { CurveTooltip } from './CurveTooltip';
import classes from './CurvesChart.module.css';
import { useHighlight } from './highlight';
import {
  align,
  levelAt,
  nearestCurve,
  notFinite,
  smooth,
  toCurve,
  type Aligned,
  type XAxis,
} from './model/curves';

export interface CurveOptions {
  axis: XAxis;
  /** 0 to 0.99 */
  smoothing: number;
  logX: boolean;
  logY: boolean;
}

export interface CurvesChartProps extends CurveOptions {
  metric: string;
  series: readonly MetricSeries[];
  runs: ReadonlyMap<string, Run>;
  colors: ReadonlyMap<string, string>;
  dashes: ReadonlyMap<string, readonly number[]>;
  height: number;
  onOpen: (run: string) => void;
}

const fadedAlpha = 0.14;
/** Nearer to the mouse than this a curve is in focus. */
const focusPixels = 24;
const nearestMax = 8;
const markPixels = 3;
const secondsMs = 1000;
/** Round lengths of time, so that ticks of a relative axis are. */
const durationSteps = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
  3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
].map((seconds) => seconds * secondsMs);

interface Drawn {
  ids: string[];
  data: uPlot.AlignedData;
  /** What the mouse points at: the smoothed curves, or the raw ones where nothing is smoothed. */
  main: Aligned['ys'];
  /** Points that are no numbers: gaps, each with a mark at the foot of the chart. */
  marks: readonly { run: string; x: number }[];
}

/* uPlot's Scale.Distr, which its types declare and its module does not export. */
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment */
const linear = 1 as uPlot.Scale.Distr;
const logarithmic = 3 as uPlot.Scale.Distr;
/* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */

export function CurvesChart(props: CurvesChartProps): ReactElement {
  const { series, runs, colors, dashes, axis, smoothing, logX, logY, height, metric } = props;
  const scheme = useComputedColorScheme('light');
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const zoomed = useRef(false);
  const highlight = useHighlight();

  const drawn = useMemo((): Drawn => {
    const curves = series.map((one) => toCurve(one, axis, runs.get(one.run)?.started_ms));
    const raw = align(curves, { logX, logY });
    const ids = curves.map(({ run }) => run);
    const marks = notFinite(curves);
    if (smoothing === 0) return { ids, data: [raw.x, ...raw.ys], main: raw.ys, marks };
    const smoothed = align(
      curves.map((curve) => ({ ...curve, y: smooth(curve.y, smoothing) })),
      { logX, logY },
    );
    return { ids, data: [raw.x, ...raw.ys, ...smoothed.ys], main: smoothed.ys, marks };
    // When a run starts is part of its first event; the map is new with each.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [series, axis, smoothing, logX, logY]);
  const isEmpty = drawn.data[0].length === 0;

  const latest = useRef({ props, drawn });
  useEffect(() => {
    latest.current = { props, drawn };
  });

  const shape = JSON.stringify([
    drawn.ids.map((id) => [id, colors.get(id), dashes.get(id)]),
    smoothing > 0,
    axis,
    logX,
    logY,
    scheme,
    height,
  ]);
  useEffect(() => {
    const parent = host.current;
    if (!parent || width === 0 || isEmpty) return;
    const tooltip = new CurveTooltip(parent);
    const made = new uPlot(
      {
        ...look(latest.current.props, scheme, width),
        series: seriesLooks(latest.current.drawn, latest.current.props),
        hooks: {
          setScale: [
            (self, key) => {
              if (key !== 'x') return;
              const xs = self.data[0];
              const { min, max } = self.scales.x ?? {};
              zoomed.current = (min ?? 0) > (xs[0] ?? 0) || (max ?? 0) < (xs.at(-1) ?? 0);
            },
          ],
          draw: [(self) => drawMarks(self, latest.current)],
          setCursor: [(self) => follow(self, latest.current, tooltip, (run) => highlight.set(run))],
        },
      },
      latest.current.drawn.data,
      parent,
    );
    plot.current = made;
    const leave = () => {
      tooltip.hide();
      highlight.set(undefined);
    };
    const click = () => {
      // A click, and not the end of a zoom.
      if (highlight.run !== undefined && made.select.width === 0) latest.current.props.onOpen(highlight.run);
    };
    made.over.addEventListener('mouseleave', leave);
    made.over.addEventListener('click', click);
    const unfollow = highlight.subscribe((run) => {
      const { ids, data, main } = latest.current.drawn;
      const index = run === undefined ? -1 : ids.indexOf(run);
      const offset = data.length - main.length;
      made.setSeries(index === -1 ? null : index + offset, { focus: true });
    });
    return () => {
      unfollow();
      tooltip.remove();
      made.destroy();
      plot.current = undefined;
    };
    // Data and width are handed to the living plot below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, width === 0, isEmpty]);

  useEffect(() => {
    const living = plot.current;
    if (!living || living.data === drawn.data) return;
    living.setData(drawn.data, !zoomed.current);
    if (zoomed.current) living.redraw();
  }, [drawn]);
  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height });
  }, [width, height]);

  return (
    <figure className={classes.chart} aria-label={`Curves of ${metric}`}>
      <div ref={sizeRef} style={{ height }}>
        {isEmpty ? (
          <div className={classes.empty} style={{ height }}>
            No points yet
          </div>
        ) : (
          <div ref={host} className={classes.host} aria-hidden />
        )}
      </div>
      {drawn.marks.length > 0 && (
        <figcaption className={classes.caption}>
          × {formatPlural(drawn.marks.length, 'point')} NaN or infinite
        </figcaption>
      )}
    </figure>
  );
}

/** A cross in the run's colour at each gap. */
function drawMarks(plot: uPlot, { props, drawn }: { props: CurvesChartProps; drawn: Drawn }): void {
  const { ctx, bbox } = plot;
  const size = markPixels * devicePixelRatio;
  const y = bbox.top + bbox.height - 2 * size;
  ctx.save();
  ctx.lineWidth = devicePixelRatio * 1.5;
  for (const mark of drawn.marks) {
    const x = plot.valToPos(mark.x, 'x', true);
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.strokeStyle = props.colors.get(mark.run) ?? '#888888';
    ctx.beginPath();
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x - size, y + size);
    ctx.lineTo(x + size, y - size);
    ctx.stroke();
  }
  ctx.restore();
}

function seriesLooks({ ids, data, main }: Drawn, { colors, dashes }: CurvesChartProps): uPlot.Series[] {
  const isSmoothed = data.length - 1 > main.length;
  const curve = (id: string, isFaint: boolean): uPlot.Series => {
    const color = colors.get(id) ?? '#888888';
    return {
      stroke: isFaint ? `${color}38` : color,
      width: isFaint ? 1 : ids.length > 30 ? 1.25 : 1.75,
      dash: isFaint ? undefined : dashes.get(id)?.slice(),
      // A null is a value that is no number: a gap. Positions of other curves are undefined, and no gap.
      spanGaps: false,
      points: { show: false },
    };
  };
  return [
    {},
    ...(isSmoothed ? ids.map((id) => curve(id, true)) : []),
    ...ids.map((id, index) => {
      const only = main[index]?.filter((value) => value !== null && value !== undefined).length === 1;
      return { ...curve(id, false), points: { show: only, size: 6 } };
    }),
  ];
}

function look(
  { axis, logX, logY, height }: CurvesChartProps,
  scheme: 'light' | 'dark',
  width: number,
): Omit<uPlot.Options, 'series'> {
  const style = getComputedStyle(document.documentElement);
  const stroke = style.getPropertyValue('--mantine-color-dimmed').trim();
  const grid = { stroke: scheme === 'dark' ? '#242e35' : '#e9edef', width: 1 };
  const font = `11px ${style.getPropertyValue('--mantine-font-family')}`;
  const both = { stroke, font, ticks: { show: false } };
  const xAxis: uPlot.Axis = { ...both, grid: { show: false }, size: 26, space: 64 };
  if (axis === 'relative') {
    xAxis.values = (_, ticks) => ticks.map(formatDuration);
    xAxis.space = 84;
    if (!logX) xAxis.incrs = durationSteps;
  }
  return {
    width,
    height,
    ms: 1,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    focus: { alpha: fadedAlpha },
    cursor: { y: false, points: { show: false } },
    scales: {
      x: { time: axis === 'time', distr: logX ? logarithmic : linear },
      y: logY
        ? { distr: logarithmic }
        : {
            distr: linear,
            range: (_, low, high) => {
              const room =
                ((high as number | null) ?? 1) - ((low as number | null) ?? 0) || Math.abs(high) || 1;
              return [
                (low as number | null) === null ? 0 : low - room * 0.05,
                (high as number | null) === null ? 1 : high + room * 0.05,
              ];
            },
          },
    },
    axes: [
      xAxis,
      {
        ...both,
        grid,
        size: 58,
        space: 34,
        values: (_, ticks) =>
          ticks.map((tick) => ((tick as number | null) === null ? '' : formatMetric(tick))),
      },
    ],
  };
}

export function axisText(axis: XAxis, x: number): string {
  if (axis === 'step') return `step ${Math.round(x * 100) / 100}`;
  return axis === 'relative' ? `after ${formatDuration(x)}` : formatTime(x);
}

/** Shows the runs nearest to the mouse and puts the nearest into focus. */
function follow(
  plot: uPlot,
  { props, drawn }: { props: CurvesChartProps; drawn: Drawn },
  tooltip: CurveTooltip,
  focus: (run: string | undefined) => void,
): void {
  const { idx, left = -1, top = -1 } = plot.cursor;
  if (idx === null || idx === undefined || left < 0) {
    tooltip.hide();
    return;
  }
  const heightOf = (value: number) => Math.abs(plot.valToPos(value, 'y') - top);
  const nearest = nearestCurve(drawn.main, idx, heightOf);
  const nearestValue = nearest === undefined ? undefined : levelAt(drawn.main[nearest] ?? [], idx);
  const inFocus = nearestValue !== undefined && heightOf(nearestValue) < focusPixels ? nearest : undefined;
  focus(inFocus === undefined ? undefined : drawn.ids[inFocus]);
  const lines = drawn.ids
    .flatMap((id, index) => {
      const value = levelAt(drawn.main[index] ?? [], idx);
      return value === undefined ? [] : { id, index, value, distance: heightOf(value) };
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, nearestMax)
    .sort((a, b) => b.value - a.value);
  tooltip.show(
    axisText(props.axis, plot.data[0][idx] ?? 0),
    lines.map(({ id, index, value }) => ({
      color: swatchOf(props.colors.get(id), props.dashes.get(id)) ?? '',
      name: props.runs.get(id)?.name ?? id,
      value: formatMetric(value),
      isFocus: index === inFocus,
    })),
    left + plot.bbox.left / devicePixelRatio,
    plot.bbox.width / devicePixelRatio,
  );
}
