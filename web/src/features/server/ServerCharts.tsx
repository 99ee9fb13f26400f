import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactElement } from 'react';
import { serverSeriesQuery } from '../../api/queries/server';
import type { ServerSeries } from '../../api/types';
import { Chart, type ChartSeries } from '../../ui/Chart';
import { ErrorState } from '../../ui/ErrorState';
import { formatBytes, formatDuration, formatMetric } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { Panel } from '../../ui/Page';
import classes from './ServerPage.module.css';

type Point = ServerSeries['points'][number];

const syncKey = 'server';
const height = 190;
const rate = (value: number) => `${formatMetric(value)}/s`;
const byteRate = (value: number) => `${formatBytes(value)}/s`;

/** Requests, latency, throughput and errors of the last minutes. */
export function ServerCharts({ minutes }: { minutes: number }): ReactElement {
  const query = useQuery(serverSeriesQuery(minutes));
  const charts = useMemo(
    () => (query.data ? toCharts(query.data, minutes, query.dataUpdatedAt) : undefined),
    [query.data, query.dataUpdatedAt, minutes],
  );
  if (charts === undefined) {
    return query.isError ? (
      <ErrorState
        title="The series could not be read"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    ) : (
      <LoadingState rows={6} label="Loading the charts" />
    );
  }
  const common = { xKind: 'time', height, syncKey, fromZero: true } as const;
  return (
    <div className={classes.charts} aria-describedby={charts.hasGaps ? 'server-gaps' : undefined}>
      <Panel title="Requests">
        <Chart {...common} label="Requests per second" series={charts.requests} formatY={rate} yMaxMin={1} />
      </Panel>
      <Panel title="Latency">
        <Chart {...common} label="Latency" series={charts.latency} formatY={formatLatency} yMaxMin={5} />
      </Panel>
      <Panel title="Throughput">
        <Chart
          {...common}
          label="Bytes per second"
          binaryY
          series={charts.throughput}
          formatY={byteRate}
          yMaxMin={1024}
        />
      </Panel>
      <Panel title="Errors">
        <Chart {...common} label="Errors per second" series={charts.errors} formatY={rate} yMaxMin={1} />
      </Panel>
      {charts.hasGaps && (
        <p id="server-gaps" className={classes.gaps}>
          Nothing is drawn where nothing is known: at those times the server did not run.
        </p>
      )}
    </div>
  );
}

function formatLatency(ms: number): string {
  return ms > 0 && ms < 10 ? `${formatMetric(Number(ms.toPrecision(2)))} ms` : formatDuration(ms);
}

/** A place for each interval of the span, whether or not something is known of it. */
export function spread(
  { points, interval_ms }: ServerSeries,
  minutes: number,
  nowMs: number,
): { x: number[]; points: (Point | undefined)[]; hasGaps: boolean } {
  const known = new Map(points.map((point) => [point.time_ms, point]));
  // By the server's clock where it told a time.
  const last = points.at(-1)?.time_ms ?? (Math.floor(nowMs / interval_ms) - 1) * interval_ms;
  const count = Math.round((minutes * 60_000) / interval_ms);
  const x = Array.from({ length: count }, (_, at) => last - (count - 1 - at) * interval_ms);
  const placed = x.map((time) => known.get(time));
  return { x, points: placed, hasGaps: placed.includes(undefined) };
}

function toCharts(answered: ServerSeries, minutes: number, nowMs: number) {
  const { x, points, hasGaps } = spread(answered, minutes, nowMs);
  const seconds = answered.interval_ms / 1000;
  const values = (field: keyof Point) => points.map((point) => point?.[field] ?? null);
  const perSecond = (field: keyof Point) => values(field).map((value) => value && value / seconds);
  const series = (id: keyof Point, label: string, y: (number | null)[], filled = false): ChartSeries => ({
    id,
    label,
    x,
    y,
    filled,
  });
  return {
    hasGaps,
    requests: [
      series('s3_requests', 'S3', perSecond('s3_requests'), true),
      series('rest_requests', 'REST', perSecond('rest_requests'), true),
    ],
    latency: [
      series('p50_ms', 'p50', values('p50_ms')),
      series('p95_ms', 'p95', values('p95_ms')),
      series('p99_ms', 'p99', values('p99_ms')),
    ],
    throughput: [
      series('received_bytes', 'received', perSecond('received_bytes'), true),
      series('sent_bytes', 'sent', perSecond('sent_bytes'), true),
    ],
    errors: [
      series('server_errors', 'server (5xx)', perSecond('server_errors'), true),
      series('client_errors', 'client (4xx)', perSecond('client_errors')),
    ],
  };
}
