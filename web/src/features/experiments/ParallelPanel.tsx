import { ActionIcon, Button, MultiSelect, Select, useComputedColorScheme } from '@mantine/core';
import { X } from 'lucide-react';
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
} from 'react';
import type { Run } from '../../api/types';
import { formatPlural } from '../../ui/format';
import classes from './charts.module.css';
import { colorRuns } from './coloring';
import { useHighlight } from './highlight';
import { formatBrush, parseBrush } from './model/conditions';
import { fieldOf, valueOf, type FieldNames } from './model/fields';
import { isBrushed, type RunsView } from './model/rows';
import { makeScale, type Scale } from './model/scale';
import type { ExperimentsSearch } from './routes';
import { brushOf, cut, fieldOptions, Legend } from './ScatterPanel';
import { chartInk, useCanvas, type ChartInk } from './useCanvas';
import { someOf, type ChangeSearch } from './view';

const margin = { left: 56, right: 56, top: 12, bottom: 14 };
const usualAxesMax = 7;
/** Lines of one frame: the page answers in between, however many there are. */
const linesAtOnce = 1500;
/** Runs without a value pass below the axis. */
const noPlace = -0.06;
const categoryTicksMax = 14;
const dragPixels = 4;

export interface ParallelPanelProps {
  runs: readonly Run[];
  view: RunsView;
  names: FieldNames;
  metric: string | undefined;
  search: ExperimentsSearch;
  onChange: ChangeSearch;
  onOpen: (run: string) => void;
}

interface Line {
  run: Run;
  places: number[];
  isInside: boolean;
}

/** Every run a line over the axes. Spans that are marked on axes become filters; axes are moved by their names. */
export function ParallelPanel(props: ParallelPanelProps): ReactElement {
  const { runs, view, names, search, onChange, metric } = props;
  const scheme = useComputedColorScheme('light');
  const axes = search.axes ?? usualAxes(names, metric);
  const axesKey = axes.join('\n');
  const brushKey = JSON.stringify(view.brushes);
  const colorField = search.pc ?? (metric === undefined ? undefined : `metric.${metric}`);

  const { scales, lines } = useMemo(() => {
    const now = Date.now();
    const fields = axesKey === '' ? [] : axesKey.split('\n');
    const scales = fields.map((field) => {
      const values = runs.map((run) => valueOf(run, field, now));
      return makeScale(values, spansDecades(values));
    });
    const lines = runs.map((run): Line => ({
      run,
      places: fields.map((field, index) => scales[index]?.place(valueOf(run, field, now)) ?? noPlace),
      isInside: isBrushed(view.brushes, run, now),
    }));
    return { scales, lines };
    // `brushKey` is the brushes' content.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [runs, axesKey, brushKey]);
  const { colors, legend } = useMemo(() => colorRuns(runs, colorField, scheme), [runs, colorField, scheme]);
  const insideCount = useMemo(() => lines.filter(({ isInside }) => isInside).length, [lines]);

  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) =>
      drawLines(context, { lines, colors, width, height, axes: scales.length, ink: chartInk(scheme) }),
    [lines, colors, scales.length, scheme],
  );
  const { frameRef, canvasRef, width, height } = useCanvas(draw);
  const setBrush = (field: string, span: [number, number] | undefined, scale: Scale) => {
    const others = (search.brush ?? []).filter((text) => parseBrush(text)?.field !== field);
    const made = span && brushOf(field, scale, span[0], span[1]);
    onChange({ brush: someOf(made ? [...others, formatBrush(made)] : others) });
  };
  const move = (from: number, to: number) => {
    const next = [...axes];
    const [moved] = next.splice(from, 1);
    if (moved === undefined) return;
    next.splice(Math.max(0, Math.min(next.length, to)), 0, moved);
    onChange({ axes: next });
  };
  const fields = fieldOptions(names);
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <MultiSelect
          size="xs"
          className={classes.axesSelect}
          aria-label="Axes"
          placeholder="Add an axis"
          data={fields}
          value={axes}
          onChange={(next) => onChange({ axes: someOf(next) })}
          searchable
        />
        <Select
          size="xs"
          w={150}
          aria-label="Colour by"
          data={fields}
          value={colorField ?? null}
          onChange={(pc) => onChange({ pc: pc ?? undefined })}
          searchable
          allowDeselect={false}
        />
        {view.brushes.length > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange({ brush: undefined })}>
            Clear ranges
          </Button>
        )}
      </div>
      <Legend legend={legend} />
      <div className={classes.axisNames} style={{ width }}>
        {axes.map((field, index) => (
          <AxisName
            key={field}
            label={fieldOf(field).label}
            left={axisLeft(index, axes.length, width)}
            spacing={(width - margin.left - margin.right) / Math.max(1, axes.length - 1)}
            onMove={(steps) => move(index, index + steps)}
            onRemove={
              axes.length > 2 ? () => onChange({ axes: axes.filter((each) => each !== field) }) : undefined
            }
          />
        ))}
      </div>
      <div
        ref={frameRef}
        className={classes.canvasFrame}
        role="img"
        aria-label={`Parallel coordinates of ${axes.map((field) => fieldOf(field).label).join(', ')}: ${formatPlural(insideCount, 'run')} within the ranges. The filter above the table takes the same ranges by keyboard.`}
      >
        <canvas ref={canvasRef} className={classes.canvas} />
        <Highlighted lines={lines} colors={colors} width={width} height={height} />
        <HoverArea lines={lines} width={width} height={height} axes={axes} onOpen={props.onOpen} />
        {scales.map((scale, index) => {
          const field = axes[index] ?? '';
          const brush = view.brushes.find((each) => each.field === field);
          return (
            <Axis
              key={field}
              scale={scale}
              left={axisLeft(index, axes.length, width)}
              height={height}
              span={brush && spanOf(brush, scale)}
              onSpan={(span) => setBrush(field, span, scale)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Parameters that differ, and the main metric at the end. */
function usualAxes(names: FieldNames, metric: string | undefined): string[] {
  const differing = names.params.map((name) => `param.${name}`).filter((id) => !names.equal.has(id));
  const others = names.metrics.filter((name) => name !== metric).map((name) => `metric.${name}`);
  const last = metric === undefined ? 'duration' : `metric.${metric}`;
  const axes = differing.slice(0, usualAxesMax - 1);
  for (const other of others) if (axes.length < 3) axes.push(other);
  return [...axes, last];
}

/** Positive numbers over more than two decades read better on a logarithmic axis: learning rates, mostly. */
function spansDecades(values: readonly unknown[]): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (value === undefined) continue;
    if (typeof value !== 'number' || value <= 0) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high / low > 100;
}

function spanOf(
  brush: NonNullable<ReturnType<typeof parseBrush>>,
  scale: Scale,
): [number, number] | undefined {
  if (brush.values) {
    const places = brush.values.flatMap((value) => scale.place(value) ?? []);
    const half = 0.4 / Math.max(1, scale.categories.length - 1);
    return places.length === 0 ? undefined : [Math.min(...places) - half, Math.max(...places) + half];
  }
  const [low, high] = [scale.place(brush.low), scale.place(brush.high)];
  return high === undefined ? undefined : [low ?? 0, high];
}

function axisLeft(index: number, count: number, width: number): number {
  if (count < 2) return width / 2;
  return margin.left + (index * (width - margin.left - margin.right)) / (count - 1);
}

function topOf(place: number, height: number): number {
  return margin.top + (1 - place) * (height - margin.top - margin.bottom);
}

function placeOf(top: number, height: number): number {
  return 1 - (top - margin.top) / (height - margin.top - margin.bottom);
}

interface Drawing {
  lines: readonly Line[];
  colors: ReadonlyMap<string, string>;
  width: number;
  height: number;
  axes: number;
  ink: ChartInk;
}

/** Faded lines first; in pieces, one a frame. Answers how to stop. */
function drawLines(context: CanvasRenderingContext2D, drawing: Drawing): (() => void) | undefined {
  const { lines, colors, width, height, axes, ink } = drawing;
  if (axes < 2) return undefined;
  const ordered = [...lines.filter(({ isInside }) => !isInside), ...lines.filter(({ isInside }) => isInside)];
  const alpha = lines.length > 2000 ? '38' : lines.length > 300 ? '77' : 'cc';
  let from = 0;
  let frame = 0;
  context.lineWidth = lines.length > 300 ? 1 : 1.4;
  const step = () => {
    // One path for all lines of a colour: a stroke for each line would take ten times as long.
    const paths = new Map<string, Path2D>();
    for (const { run, places, isInside } of ordered.slice(from, from + linesAtOnce)) {
      const color = isInside ? (colors.get(run.id) ?? ink.soft) + alpha : ink.faded + '66';
      let path = paths.get(color);
      if (!path) paths.set(color, (path = new Path2D()));
      trace(path, places, width, height);
    }
    for (const [color, path] of paths) {
      context.strokeStyle = color;
      context.stroke(path);
    }
    from += linesAtOnce;
    if (from < ordered.length) frame = requestAnimationFrame(step);
  };
  step();
  return () => cancelAnimationFrame(frame);
}

function trace(path: Path2D, places: readonly number[], width: number, height: number): void {
  places.forEach((place, index) => {
    const x = axisLeft(index, places.length, width);
    const y = topOf(place, height);
    if (index === 0) {
      path.moveTo(x, y);
      return;
    }
    const before = axisLeft(index - 1, places.length, width);
    const middle = (x + before) / 2;
    path.bezierCurveTo(middle, topOf(places[index - 1] ?? 0, height), middle, y, x, y);
  });
}

/** The line of the run under the mouse, over the others. */
function Highlighted({
  lines,
  colors,
  width,
  height,
}: {
  lines: readonly Line[];
  colors: ReadonlyMap<string, string>;
  width: number;
  height: number;
}): ReactElement | null {
  const highlight = useHighlight();
  const [id, setId] = useState<string>();
  useEffect(() => highlight.subscribe(setId), [highlight]);
  const found = id === undefined ? undefined : lines.find(({ run }) => run.id === id);
  if (!found || width === 0) return null;
  const points = found.places.map((place, index) => [
    axisLeft(index, found.places.length, width),
    topOf(place, height),
  ]);
  let path = '';
  points.forEach(([x = 0, y = 0], index) => {
    const [bx = 0, by = 0] = points[index - 1] ?? [];
    path += index === 0 ? `M${x},${y}` : `C${(x + bx) / 2},${by} ${(x + bx) / 2},${y} ${x},${y}`;
  });
  return (
    <svg className={classes.overlay} width={width} height={height} aria-hidden>
      <path d={path} fill="none" stroke="var(--mantine-color-body)" strokeWidth={6} />
      <path d={path} fill="none" stroke={colors.get(found.run.id)} strokeWidth={3} />
    </svg>
  );
}

const hoverPixels = 10;

/** Finds the line under the mouse. */
function HoverArea({
  lines,
  width,
  height,
  axes,
  onOpen,
}: {
  lines: readonly Line[];
  width: number;
  height: number;
  axes: readonly string[];
  onOpen: (run: string) => void;
}): ReactElement {
  const highlight = useHighlight();
  const [tip, setTip] = useState<{ run: Run; x: number; y: number }>();
  const find = (x: number, y: number): Run | undefined => {
    const count = axes.length;
    const position =
      ((x - margin.left) / Math.max(1, width - margin.left - margin.right)) * Math.max(1, count - 1);
    const index = Math.max(0, Math.min(count - 2, Math.floor(position)));
    const t = position - index;
    // The height of the drawn curve at this share of the way, near enough.
    const ease = t * t * (3 - 2 * t);
    let best: Run | undefined;
    let least = hoverPixels;
    for (const { run, places, isInside } of lines) {
      if (!isInside) continue;
      const [from = 0, to = 0] = [places[index], places[index + 1]];
      const distance = Math.abs(topOf(from + (to - from) * ease, height) - y);
      if (distance < least) [best, least] = [run, distance];
    }
    return best;
  };
  return (
    <div
      className={classes.hoverArea}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const [x, y] = [event.clientX - box.left, event.clientY - box.top];
        const run = find(x, y);
        highlight.set(run?.id);
        setTip(run && { run, x, y });
      }}
      onPointerLeave={() => {
        highlight.set(undefined);
        setTip(undefined);
      }}
      onClick={() => tip && onOpen(tip.run.id)}
    >
      {tip && (
        <div
          className={classes.tip}
          style={{
            left: tip.x,
            top: tip.y,
            transform: `translate(${tip.x > width / 2 ? 'calc(-100% - 12px)' : '12px'}, ${tip.y > height / 2 ? 'calc(-100% - 8px)' : '12px'})`,
          }}
        >
          <strong>{tip.run.name}</strong>
          {axes.map((field) => (
            <div key={field}>
              {fieldOf(field).label} <b>{String(valueOf(tip.run, field, Date.now()) ?? '–')}</b>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** A line with its ticks; dragging along it marks a span, a click clears it. */
function Axis({
  scale,
  left,
  height,
  span,
  onSpan,
}: {
  scale: Scale;
  left: number;
  height: number;
  span: [number, number] | undefined;
  onSpan: (span: [number, number] | undefined) => void;
}): ReactElement {
  const [drag, setDrag] = useState<[number, number]>();
  const every = Math.ceil(scale.ticks.length / categoryTicksMax);
  const at = (event: PointerEvent) => event.clientY - event.currentTarget.getBoundingClientRect().top;
  const shown = drag ? [placeOf(Math.max(...drag), height), placeOf(Math.min(...drag), height)] : span;
  const onPointerUp = () => {
    if (!drag) return;
    setDrag(undefined);
    if (Math.abs(drag[1] - drag[0]) < dragPixels) onSpan(undefined);
    else onSpan([placeOf(Math.max(...drag), height), placeOf(Math.min(...drag), height)]);
  };
  return (
    <div
      className={classes.axis}
      style={{ left }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([at(event), at(event)]);
      }}
      onPointerMove={(event) => {
        const top = at(event);
        setDrag((known) => known && [known[0], top]);
      }}
      onPointerUp={onPointerUp}
    >
      <div className={classes.axisLine} style={{ top: margin.top, bottom: margin.bottom }} />
      {scale.ticks.map((tick, index) =>
        index % every === 0 ? (
          <span key={tick.label} className={classes.tick} style={{ top: topOf(tick.place, height) }}>
            {cut(tick.label, 14)}
          </span>
        ) : null,
      )}
      {shown && (
        <div
          className={classes.span}
          style={{
            top: topOf(Math.min(1.04, shown[1] ?? 0), height),
            height: Math.max(
              4,
              topOf(Math.max(-0.04, shown[0] ?? 0), height) - topOf(Math.min(1.04, shown[1] ?? 0), height),
            ),
          }}
        />
      )}
    </div>
  );
}

/** The name of an axis: dragged sideways, or moved with the arrow keys; Delete takes the axis away. */
function AxisName({
  label,
  left,
  spacing,
  onMove,
  onRemove,
}: {
  label: string;
  left: number;
  spacing: number;
  onMove: (steps: number) => void;
  onRemove: (() => void) | undefined;
}): ReactElement {
  const [shift, setShift] = useState<number>();
  const start = useRef(0);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') onMove(-1);
    else if (event.key === 'ArrowRight') onMove(1);
    else if (event.key === 'Delete') onRemove?.();
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={classes.axisLabel}
      style={{ left: left + (shift ?? 0), maxWidth: Math.max(50, spacing - 6) }}
    >
      <button
        type="button"
        title={`${label}: drag, or press ← and →, to move it`}
        data-moving={shift === undefined ? undefined : true}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = event.clientX;
          setShift(0);
        }}
        onPointerMove={(event) => {
          const moved = event.clientX - start.current;
          setShift((known) => (known === undefined ? undefined : moved));
        }}
        onPointerUp={() => {
          const steps = Math.round((shift ?? 0) / spacing);
          setShift(undefined);
          if (steps !== 0) onMove(steps);
        }}
      >
        {label}
      </button>
      {onRemove && (
        <ActionIcon
          size={16}
          className={classes.removeAxis}
          aria-label={`Remove axis ${label}`}
          onClick={onRemove}
        >
          <X size={11} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}
