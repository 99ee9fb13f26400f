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
  const charts = useMemo(() => (query.data ? toCharts(query.data) : undefined), [query.data]);
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
    <div className={classes.charts}>
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
    </div>
  );
}

function formatLatency(ms: number): string {
  return ms > 0 && ms < 10 ? `${formatMetric(Number(ms.toPrecision(2)))} ms` : formatDuration(ms);
}

function toCharts({ points, interval_ms }: ServerSeries) {
  const x = points.map((point) => point.time_ms);
  const seconds = interval_ms / 1000;
  const perSecond = (field: keyof Point) => points.map((point) => point[field] / seconds);
  const values = (field: keyof Point) => points.map((point) => point[field]);
  const series = (id: keyof Point, label: string, y: number[], filled = false): ChartSeries => ({
    id,
    label,
    x,
    y,
    filled,
  });
  return {
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
