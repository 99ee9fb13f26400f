import { Select, SegmentedControl, Slider, Switch } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { useMemo, useState, type ReactElement } from 'react';
import { seriesRunsMax } from '../../api/queries/experiments';
import type { Run } from '../../api/types';
import { ErrorState } from '../../ui/ErrorState';
import { swatchOf } from '../../ui/colors';
import { formatMetric, formatPlural } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { CurvesChart, axisText, type CurveOptions } from './CurvesChart';
import classes from './CurvesPanel.module.css';
import { useHighlight } from './highlight';
import { goalOf, isBetter } from './model/goal';
import { extremeOf, toCurve } from './model/curves';
import { useSeries } from './useSeries';

const largePoints = 500;
const smallPoints = 150;

/** What the URL says of curves. */
export interface CurvesSearch {
  curve?: string;
  goals?: string[];
  grid?: true;
  smooth?: number;
  x?: 'relative' | 'time';
  logx?: true;
  logy?: true;
  color?: string;
}

export interface CurvesPanelProps {
  repository: string;
  /** The first hundred are drawn. */
  runs: readonly Run[];
  metrics: readonly string[];
  mainMetric: string | undefined;
  colors: ReadonlyMap<string, string>;
  dashes: ReadonlyMap<string, readonly number[]>;
  legend: readonly { color: string; label: string }[];
  /** Fields to colour by, for a choice; none: each run has its colour. */
  colorFields?: readonly { value: string; label: string }[];
  search: CurvesSearch;
  onChange: (change: CurvesSearch) => void;
  onOpen: (run: string) => void;
}

/** Curves of one metric, large, or of all metrics, small. */
export function CurvesPanel(props: CurvesPanelProps): ReactElement {
  const { metrics, search, onChange, colorFields } = props;
  const runs = useMemo(() => props.runs.slice(0, seriesRunsMax), [props.runs]);
  const byId = useMemo(() => new Map(runs.map((run) => [run.id, run])), [runs]);
  const metric =
    search.curve !== undefined && metrics.includes(search.curve) ? search.curve : props.mainMetric;
  const options: CurveOptions = {
    axis: search.x ?? 'step',
    smoothing: Math.min(99, Math.max(0, search.smooth ?? 0)) / 100,
    logX: search.logx ?? false,
    logY: search.logy ?? false,
  };
  const common = { ...props, runs, byId, options };
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <SegmentedControl
          size="xs"
          aria-label="Charts"
          value={search.grid ? 'grid' : 'one'}
          onChange={(value) => onChange({ grid: value === 'grid' ? true : undefined })}
          data={[
            { value: 'one', label: 'One metric' },
            { value: 'grid', label: 'All metrics' },
          ]}
        />
        {!search.grid && (
          <Select
            size="xs"
            w={170}
            aria-label="Metric"
            data={metrics}
            value={metric ?? null}
            onChange={(value) => onChange({ curve: value ?? undefined })}
            searchable
            allowDeselect={false}
          />
        )}
        <Select
          size="xs"
          w={126}
          aria-label="X axis"
          data={[
            { value: 'step', label: 'Step' },
            { value: 'relative', label: 'Relative time' },
            { value: 'time', label: 'Wall time' },
          ]}
          value={options.axis}
          onChange={(value) => onChange({ x: value === 'relative' || value === 'time' ? value : undefined })}
          allowDeselect={false}
        />
        {colorFields && (
          <Select
            size="xs"
            w={136}
            aria-label="Colour by"
            placeholder="Colour per run"
            data={[...colorFields]}
            value={search.color ?? null}
            onChange={(value) => onChange({ color: value ?? undefined })}
            clearable
            searchable
            clearButtonProps={{ 'aria-label': 'Colour per run' }}
          />
        )}
        <Smoothing
          value={search.smooth ?? 0}
          onChange={(smooth) => onChange({ smooth: smooth === 0 ? undefined : smooth })}
        />
        <Switch
          size="xs"
          label="log x"
          checked={options.logX}
          onChange={(event) => onChange({ logx: event.currentTarget.checked || undefined })}
        />
        <Switch
          size="xs"
          label="log y"
          checked={options.logY}
          onChange={(event) => onChange({ logy: event.currentTarget.checked || undefined })}
        />
      </div>
      {props.legend.length > 0 && (
        <div className={classes.legend} aria-label="Colours">
          {props.legend.map(({ color, label }) => (
            <span key={label}>
              <i style={{ background: color }} />
              {label}
            </span>
          ))}
        </div>
      )}
      <div className={classes.body}>
        {metrics.length === 0 && <div className={classes.none}>These runs have no metrics yet.</div>}
        {search.grid ? (
          <div className={classes.grid}>
            {metrics.map((name) => (
              <SmallChart key={name} {...common} metric={name} />
            ))}
          </div>
        ) : (
          metric !== undefined && <LargeChart {...common} metric={metric} />
        )}
      </div>
      {props.runs.length > runs.length && (
        <div className={classes.note}>
          The first {seriesRunsMax} of {formatPlural(props.runs.length, 'run')} are drawn. Choose runs in the
          table to draw others.
        </div>
      )}
    </div>
  );
}

/** Moves at once, is told when it rests. */
function Smoothing({ value, onChange }: { value: number; onChange: (value: number) => void }): ReactElement {
  const [shown, setShown] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setShown(value);
  }
  return (
    <div className={classes.smoothing}>
      <span id="smoothing-label">Smoothing</span>
      <Slider
        w={76}
        size={4}
        thumbSize={14}
        min={0}
        max={99}
        value={shown}
        onChange={setShown}
        onChangeEnd={onChange}
        label={(each) => (each / 100).toFixed(2)}
        thumbLabel="Smoothing"
      />
      <span className="ab-number">{(shown / 100).toFixed(2)}</span>
    </div>
  );
}

type ChartProps = CurvesPanelProps & {
  byId: ReadonlyMap<string, Run>;
  options: CurveOptions;
  metric: string;
};

function LargeChart(props: ChartProps): ReactElement {
  const { repository, runs, byId, metric, options, colors, dashes, onOpen } = props;
  const { series, isPending, error, onRetry } = useSeries(repository, runs, metric, largePoints);
  if (error !== undefined && series.length === 0)
    return <ErrorState title="The curves could not be read" error={error} onRetry={onRetry} />;
  if (isPending) return <LoadingState rows={7} label="Loading curves" />;
  if (series.length === 0)
    return (
      <>
        <h2 className={classes.title}>{metric}</h2>
        <div className={classes.none}>
          None of {runs.length === 1 ? 'the run' : `the ${formatPlural(runs.length, 'run')}`} drawn here has{' '}
          {metric}.
        </div>
      </>
    );
  const isOneValueEach =
    series.every(({ points }) => points.length <= 1) && runs.every((run) => run.ended_ms !== undefined);
  return (
    <>
      <h2 className={classes.title}>{metric}</h2>
      {isOneValueEach ? (
        <p className={classes.single}>
          One value per run, so there is no curve of it: bars show them. Each line that a command appends to{' '}
          <code>metrics.jsonl</code> while it runs becomes a point.
        </p>
      ) : (
        <CurvesChart
          {...options}
          metric={metric}
          series={series}
          runs={byId}
          colors={colors}
          dashes={dashes}
          height={320}
          onOpen={onOpen}
        />
      )}
      <LastValues {...props} series={series} withBars={isOneValueEach && runs.length > 1} />
    </>
  );
}

function SmallChart(props: ChartProps): ReactElement {
  const { repository, runs, byId, metric, options, colors, dashes, onOpen, onChange } = props;
  const { ref, inViewport } = useInViewport();
  const [wasSeen, setWasSeen] = useState(false);
  if (inViewport && !wasSeen) setWasSeen(true);
  const { series, isPending, error } = useSeries(repository, runs, metric, smallPoints, inViewport);
  return (
    <div ref={ref} className={classes.small}>
      <h2 className={classes.title}>
        <button type="button" onClick={() => onChange({ curve: metric, grid: undefined })} title="Show large">
          {metric}
        </button>
      </h2>
      {wasSeen && !isPending && error === undefined ? (
        <CurvesChart
          {...options}
          metric={metric}
          series={series}
          runs={byId}
          colors={colors}
          dashes={dashes}
          height={170}
          onOpen={onOpen}
        />
      ) : (
        <div className={classes.placeholder}>
          {error === undefined ? 'Loading' : error instanceof Error ? error.message : 'Not readable'}
        </div>
      )}
    </div>
  );
}

/** The numbers behind the chart, best first; pointing at one shows its curve. */
function LastValues({
  series,
  byId,
  colors,
  dashes,
  metric,
  options,
  search,
  onOpen,
  withBars,
}: ChartProps & { series: ReturnType<typeof useSeries>['series']; withBars: boolean }): ReactElement {
  const highlight = useHighlight();
  const goal = goalOf(metric, search.goals);
  const lines = series.flatMap((one) => {
    const run = byId.get(one.run);
    const value = toCurve(one, options.axis, run?.started_ms).y.at(-1);
    if (value === undefined || !run) return [];
    return [{ run, value, best: extremeOf(one, goal, options.axis, run.started_ms) }];
  });
  lines.sort((left, right) => (isBetter(left.value, right.value, goal) ? -1 : 1));
  const finite = lines.map(({ value }) => value).filter(Number.isFinite);
  const least = Math.min(0, ...finite);
  const greatest = Math.max(0, ...finite);
  const barOf = (value: number) =>
    Number.isFinite(value) ? (100 * (value - least)) / (greatest - least || 1) : 0;
  return (
    <div className={classes.values} tabIndex={0} role="region" aria-label={`Last values of ${metric}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">{withBars ? 'Value' : 'Last'}</th>
            {withBars ? (
              <th scope="col" aria-label="Bar" className={classes.bars} />
            ) : (
              <>
                <th scope="col">{goal === 'max' ? 'Greatest' : 'Least'}</th>
                <th scope="col">{goal === 'max' ? 'Greatest at' : 'Least at'}</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ run, value, best }) => (
            <tr
              key={run.id}
              onMouseEnter={() => highlight.set(run.id)}
              onMouseLeave={() => highlight.set(undefined)}
            >
              <th scope="row">
                <i style={{ background: swatchOf(colors.get(run.id), dashes.get(run.id)) }} />
                <button type="button" onClick={() => onOpen(run.id)}>
                  {run.name}
                </button>
              </th>
              <td title={String(value)}>{formatMetric(value)}</td>
              {withBars ? (
                <td className={classes.bars}>
                  <i style={{ width: `${barOf(value)}%`, background: colors.get(run.id) }} aria-hidden />
                </td>
              ) : (
                <>
                  <td title={best && `${best.value}, ${axisText(options.axis, best.at)}`}>
                    {best ? formatMetric(best.value) : 'None'}
                  </td>
                  <td>{best && axisText(options.axis, best.at)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
