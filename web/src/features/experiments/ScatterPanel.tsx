import { ActionIcon, Button, Select, Switch, Tooltip, useComputedColorScheme } from '@mantine/core';
import { ArrowLeftRight } from 'lucide-react';
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type PointerEvent,
  type ReactElement,
} from 'react';
import type { Run } from '../../api/types';
import { formatPlural } from '../../ui/format';
import classes from './charts.module.css';
import { colorRuns } from './coloring';
import { useHighlight } from './highlight';
import { formatBrush, parseBrush, type Brush } from './model/conditions';
import { fieldOf, metricField, paramField, valueOf, type FieldNames } from './model/fields';
import { isBrushed, type RunsView } from './model/rows';
import { makeScale, type Scale } from './model/scale';
import type { ExperimentsSearch } from './routes';
import { chartInk, useCanvas } from './useCanvas';
import { someOf, type ChangeSearch } from './view';

const margin = { left: 64, right: 16, top: 14, bottom: 34 };
const radius = 4;
const hoverPixels = 14;
/** A drag shorter than this is a click. */
const dragPixels = 5;

export interface ScatterPanelProps {
  runs: readonly Run[];
  view: RunsView;
  names: FieldNames;
  metric: string | undefined;
  selection: ReadonlySet<string>;
  search: ExperimentsSearch;
  onChange: ChangeSearch;
  onSelect: (runs: ReadonlySet<string>) => void;
  onOpen: (run: string) => void;
}

interface Point {
  run: Run;
  x: number;
  y: number;
}

interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** One value of runs against another. A rectangle that is drawn with the mouse becomes two filters. */
export function ScatterPanel(props: ScatterPanelProps): ReactElement {
  const { runs, view, names, search, onChange, selection } = props;
  const scheme = useComputedColorScheme('light');
  const highlight = useHighlight();
  const fields = fieldOptions(names);
  const xField = search.sx ?? usualX(names);
  const yField = search.sy ?? (props.metric === undefined ? 'duration' : `metric.${props.metric}`);
  const logX = search.slog?.includes('x') ?? false;
  const logY = search.slog?.includes('y') ?? false;
  const brushKey = JSON.stringify(view.brushes);

  const { points, xScale, yScale, inside } = useMemo(() => {
    const now = Date.now();
    const xScale = makeScale(
      runs.map((run) => valueOf(run, xField, now)),
      logX,
    );
    const yScale = makeScale(
      runs.map((run) => valueOf(run, yField, now)),
      logY,
    );
    const points = runs.flatMap((run): Point[] => {
      const x = xScale.place(valueOf(run, xField, now));
      const y = yScale.place(valueOf(run, yField, now));
      return x === undefined || y === undefined ? [] : [{ run, x, y }];
    });
    const inside = new Set(
      points.filter(({ run }) => isBrushed(view.brushes, run, now)).map(({ run }) => run.id),
    );
    return { points, xScale, yScale, inside };
    // `brushKey` is the brushes' content.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [runs, xField, yField, logX, logY, brushKey]);
  const coloring = useMemo(() => {
    if (search.sc !== undefined) return colorRuns(runs, search.sc, scheme);
    const accent = chartInk(scheme).accent;
    return { colors: new Map(runs.map((run) => [run.id, accent])), dashes: new Map(), legend: [] };
  }, [runs, search.sc, scheme]);

  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) => {
      const ink = chartInk(scheme);
      drawAxes(context, width, height, xScale, yScale, ink);
      const place = placer(width, height);
      for (const isInside of [false, true]) {
        for (const { run, x, y } of points) {
          if (inside.has(run.id) !== isInside) continue;
          const [left, top] = place(x, y);
          context.beginPath();
          context.arc(left, top, selection.has(run.id) ? radius + 2 : radius, 0, 2 * Math.PI);
          context.fillStyle = isInside ? `${coloring.colors.get(run.id) ?? ink.soft}cc` : ink.faded;
          context.fill();
          if (selection.has(run.id)) {
            context.strokeStyle = ink.soft;
            context.lineWidth = 1.5;
            context.stroke();
          }
        }
      }
      return undefined;
    },
    [points, xScale, yScale, inside, coloring, selection, scheme],
  );
  const { frameRef, canvasRef, width, height } = useCanvas(draw);

  const [box, setBox] = useState<Box>();
  const [hovered, setHovered] = useState<Point>();
  const pressed = useRef(false);
  useEffect(
    () => highlight.subscribe((id) => setHovered(points.find(({ run }) => run.id === id))),
    [highlight, points],
  );
  const nearest = (left: number, top: number): Point | undefined => {
    const place = placer(width, height);
    let best: Point | undefined;
    let least = hoverPixels ** 2;
    for (const point of points) {
      const [x, y] = place(point.x, point.y);
      const distance = (x - left) ** 2 + (y - top) ** 2;
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  };
  const at = (event: PointerEvent) => {
    const frame = event.currentTarget.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top] as const;
  };
  const isDrag = (drawn: Box | undefined): drawn is Box =>
    drawn !== undefined &&
    Math.max(Math.abs(drawn.x1 - drawn.x0), Math.abs(drawn.y1 - drawn.y0)) > dragPixels;
  const onPointerUp = () => {
    pressed.current = false;
    setBox(undefined);
    if (!isDrag(box)) {
      if (hovered) props.onOpen(hovered.run.id);
      return;
    }
    const unplace = unplacer(width, height);
    const [low, high] = [
      unplace(Math.min(box.x0, box.x1), Math.max(box.y0, box.y1)),
      unplace(Math.max(box.x0, box.x1), Math.min(box.y0, box.y1)),
    ];
    const made = [brushOf(xField, xScale, low[0], high[0]), brushOf(yField, yScale, low[1], high[1])].flatMap(
      (brush) => brush ?? [],
    );
    const others = (search.brush ?? []).filter((text) => {
      const field = parseBrush(text)?.field;
      return field !== xField && field !== yField;
    });
    onChange({ brush: someOf([...others, ...made.map(formatBrush)]) });
  };
  const setLog = (axis: 'x' | 'y', on: boolean) =>
    onChange({
      slog: someOf([...(search.slog ?? []).filter((each) => each !== axis), ...(on ? [axis] : [])]),
    });
  const place = placer(width, height);
  const [hoverLeft, hoverTop] = hovered ? place(hovered.x, hovered.y) : [0, 0];
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <FieldSelect label="X axis" value={xField} fields={fields} onChange={(sx) => onChange({ sx })} />
        <Tooltip label="Swap the axes">
          <ActionIcon
            aria-label="Swap the axes"
            size="sm"
            onClick={() => onChange({ sx: yField, sy: xField })}
          >
            <ArrowLeftRight size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <FieldSelect label="Y axis" value={yField} fields={fields} onChange={(sy) => onChange({ sy })} />
        <Select
          size="xs"
          w={150}
          aria-label="Colour by"
          placeholder="One colour"
          data={fields}
          value={search.sc ?? null}
          onChange={(sc) => onChange({ sc: sc ?? undefined })}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'One colour' }}
        />
        <Switch
          size="xs"
          label="log x"
          checked={logX}
          onChange={(event) => setLog('x', event.currentTarget.checked)}
        />
        <Switch
          size="xs"
          label="log y"
          checked={logY}
          onChange={(event) => setLog('y', event.currentTarget.checked)}
        />
        {view.brushes.length > 0 && (
          <>
            <Button size="compact-xs" variant="default" onClick={() => props.onSelect(inside)}>
              Choose {formatPlural(inside.size, 'run')}
            </Button>
            <Button size="compact-xs" variant="subtle" onClick={() => onChange({ brush: undefined })}>
              Clear ranges
            </Button>
          </>
        )}
      </div>
      <Legend legend={coloring.legend} />
      <div
        ref={frameRef}
        className={classes.canvasFrame}
        role="img"
        aria-label={`${fieldOf(yField).label} against ${fieldOf(xField).label}: ${formatPlural(points.length, 'run')}. The filter above the table takes the same ranges by keyboard.`}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const [x, y] = at(event);
          pressed.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          setBox({ x0: x, y0: y, x1: x, y1: y });
        }}
        onPointerMove={(event) => {
          const [x, y] = at(event);
          if (pressed.current) setBox((known) => known && { ...known, x1: x, y1: y });
          else highlight.set(nearest(x, y)?.run.id);
        }}
        onPointerUp={onPointerUp}
        onPointerLeave={() => highlight.set(undefined)}
      >
        <canvas ref={canvasRef} className={classes.canvas} />
        {isDrag(box) && (
          <div
            className={classes.brush}
            style={{
              left: Math.min(box.x0, box.x1),
              top: Math.min(box.y0, box.y1),
              width: Math.abs(box.x1 - box.x0),
              height: Math.abs(box.y1 - box.y0),
            }}
          />
        )}
        {hovered && !isDrag(box) && (
          <>
            <div className={classes.ring} style={{ left: hoverLeft, top: hoverTop }} />
            <div
              className={classes.tip}
              style={{
                left: hoverLeft,
                top: hoverTop,
                transform: `translate(${hoverLeft > width / 2 ? 'calc(-100% - 12px)' : '12px'}, ${hoverTop > height / 2 ? 'calc(-100% - 6px)' : '6px'})`,
              }}
            >
              <strong>{hovered.run.name}</strong>
              {[xField, yField, ...(search.sc === undefined ? [] : [search.sc])].map((field) => (
                <div key={field}>
                  {fieldOf(field).label} <b>{String(valueOf(hovered.run, field, Date.now()) ?? '–')}</b>
                </div>
              ))}
            </div>
          </>
        )}
        {points.length === 0 && (
          <div className={classes.noPoints}>
            No run has both {fieldOf(xField).label} and {fieldOf(yField).label}
          </div>
        )}
      </div>
      <div className={classes.axisName}>{fieldOf(xField).label}</div>
    </div>
  );
}

export function Legend({
  legend,
}: {
  legend: readonly { color: string; label: string }[];
}): ReactElement | null {
  if (legend.length === 0) return null;
  return (
    <div className={classes.legend} aria-label="Colours">
      {legend.map(({ color, label }) => (
        <span key={label}>
          <i style={{ background: color }} />
          {label}
        </span>
      ))}
    </div>
  );
}

function FieldSelect(props: {
  label: string;
  value: string;
  fields: { value: string; label: string }[];
  onChange: (field: string) => void;
}): ReactElement {
  return (
    <Select
      size="xs"
      w={150}
      aria-label={props.label}
      data={props.fields}
      value={props.value}
      onChange={(value) => value !== null && props.onChange(value)}
      searchable
      allowDeselect={false}
    />
  );
}

/** Everything that has a place on an axis. */
export function fieldOptions(names: FieldNames): { value: string; label: string }[] {
  return [
    ...names.params.map(paramField),
    ...names.metrics.map(metricField),
    ...['duration', 'created', 'cpu', 'memory', 'state', 'sweep'].map(fieldOf),
  ].map(({ id, label }) => ({ value: id, label }));
}

/** The first parameter that differs between runs. */
function usualX(names: FieldNames): string {
  const param = names.params.find((name) => !names.equal.has(`param.${name}`)) ?? names.params[0];
  return param === undefined ? 'created' : `param.${param}`;
}

/** The filter that a span of an axis stands for; undefined: nothing is in it. */
export function brushOf(field: string, scale: Scale, low: number, high: number): Brush | undefined {
  if (scale.kind === 'category') {
    const values = scale.ticks.filter(({ place }) => place >= low && place <= high).map(({ label }) => label);
    return values.length === 0 ? undefined : { field, values };
  }
  const round = (place: number) => Number(scale.invert(place).toPrecision(6));
  return { field, low: round(low), high: round(high) };
}

function placer(width: number, height: number): (x: number, y: number) => [number, number] {
  const [w, h] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  // Points at the ends stay off the frame.
  const inset = radius + 4;
  return (x, y) => [
    margin.left + inset + x * (w - 2 * inset),
    margin.top + inset + (1 - y) * (h - 2 * inset),
  ];
}

function unplacer(width: number, height: number): (left: number, top: number) => [number, number] {
  const [left0, top0] = placer(width, height)(0, 0);
  const [left1, top1] = placer(width, height)(1, 1);
  return (left, top) => [(left - left0) / (left1 - left0), (top - top0) / (top1 - top0)];
}

const categoryTicksMax = 12;

function drawAxes(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  xScale: Scale,
  yScale: Scale,
  ink: ReturnType<typeof chartInk>,
): void {
  const place = placer(width, height);
  context.font = ink.font;
  context.lineWidth = 1;
  context.strokeStyle = ink.grid;
  context.fillStyle = ink.soft;
  const every = (scale: Scale) => Math.ceil(scale.ticks.length / categoryTicksMax);
  xScale.ticks.forEach((tick, index) => {
    if (index % every(xScale) !== 0) return;
    const x = Math.round(place(tick.place, 0)[0]) + 0.5;
    line(context, x, margin.top, x, height - margin.bottom);
    context.textAlign = 'center';
    context.fillText(cut(tick.label, 14), x, height - margin.bottom + 16);
  });
  yScale.ticks.forEach((tick, index) => {
    if (index % every(yScale) !== 0) return;
    const y = Math.round(place(0, tick.place)[1]) + 0.5;
    line(context, margin.left, y, width - margin.right, y);
    context.textAlign = 'right';
    context.fillText(cut(tick.label, 9), margin.left - 8, y + 4);
  });
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
