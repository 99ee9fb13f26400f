import { Alert, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { serverQuery } from '../../api/queries/server';
import { useAwaySince } from '../../api/reachability';
import type { Server } from '../../api/types';
import { Code } from '../../ui/Code';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, Count, Duration, RelativeTime } from '../../ui/figures';
import { formatBytes, formatCount, formatPlural } from '../../ui/format';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { Page, Panel } from '../../ui/Page';
import { StatTile, StatTiles } from '../../ui/StatTile';
import { ServerCharts } from './ServerCharts';
import classes from './ServerPage.module.css';

const route = getRouteApi('/server');
/** The server keeps an hour. */
const spans = [
  { value: '5', label: '5 min' },
  { value: '15', label: '15 min' },
  { value: '60', label: '1 h' },
];

export function ServerPage(): ReactElement {
  const { minutes = 60 } = route.useSearch();
  const isAway = useAwaySince() !== undefined;
  const navigate = route.useNavigate();
  const query = useQuery(serverQuery());
  const server = query.data;
  return (
    <Page
      title="Server"
      heading={<>Server {server && <Health health={server.health} />}</>}
      description={
        server && (
          <>
            Version {server.version}
            {!isAway && (
              <>
                , started <RelativeTime ms={server.started_ms} />
              </>
            )}
          </>
        )
      }
      actions={
        <SegmentedControl
          size="xs"
          data={spans}
          value={String(minutes)}
          onChange={(value) => void navigate({ search: { minutes: Number(value) }, replace: true })}
          aria-label="Time span of the charts"
        />
      }
    >
      {server === undefined && query.isPending && (
        <LoadingState rows={8} label="Loading the server’s figures" />
      )}
      {server === undefined && query.isError && (
        <ErrorState
          title="The server’s figures could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {server !== undefined && (
        <div className={classes.stack}>
          {server.health.state === 'read_only' && (
            <Alert
              color="red"
              variant="light"
              icon={<TriangleAlert size={18} aria-hidden />}
              title="Read only"
            >
              Nothing can be written: {server.health.reason}
            </Alert>
          )}
          <ServerCharts minutes={minutes} />
          <Storage server={server} />
          <div className={classes.options}>
            <Panel title="Process">
              <Process server={server} />
            </Panel>
            <Panel title="Configuration">
              <KeyValueTable
                rows={server.options.map((option) => ({
                  label: option.name,
                  value: option.value === '' ? 'not set' : <Code>{option.value}</Code>,
                }))}
              />
            </Panel>
          </div>
        </div>
      )}
    </Page>
  );
}

/** What is known now: nothing good of a server that does not answer, whatever it said before. */
function Health({ health }: { health: Server['health'] }): ReactElement {
  const isAway = useAwaySince() !== undefined;
  const isOk = health.state === 'ok' && !isAway;
  return (
    <span className={classes.health}>
      <span className={`${classes.dot} ${isOk ? '' : classes.bad}`} aria-hidden />
      {isAway ? 'does not answer' : isOk ? 'healthy' : 'read only'}
    </span>
  );
}

function Storage({ server }: { server: Server }): ReactElement {
  const { engine, counts } = server;
  const dead = Math.max(0, engine.blob_bytes - engine.live_bytes);
  return (
    <StatTiles>
      <StatTile
        label="Objects"
        value={<Count value={counts.objects} />}
        note={formatPlural(counts.buckets, 'bucket')}
      />
      <StatTile
        label="Blobs"
        value={<Count value={engine.blob_count} />}
        note={`${formatBytes(dead)} to be reclaimed`}
      />
      <StatTile label="Live data" value={<Bytes value={engine.live_bytes} />} />
      <StatTile
        label="Segments"
        value={<Count value={engine.data_segments + engine.log_segments} />}
        note={`${formatCount(engine.log_segments)} log, ${formatCount(engine.free_segments)} free`}
      />
      <StatTile
        label="Index"
        value={<Bytes value={engine.index_disk_bytes} />}
        note={`${formatBytes(engine.index_memory_bytes)} in memory`}
      />
      {server.drives.map((drive) => (
        <StatTile
          key={drive.path}
          label={`Free on ${drive.path}`}
          value={<Bytes value={drive.free_bytes} />}
          note={`of ${formatBytes(drive.used_bytes + drive.free_bytes)}`}
        />
      ))}
    </StatTiles>
  );
}

function Process({ server }: { server: Server }): ReactElement {
  return (
    <KeyValueTable
      rows={[
        { label: 'Version', value: server.version, copy: server.version },
        { label: 'Up for', value: <Duration ms={server.now_ms - server.started_ms} /> },
        { label: 'Listens on', value: <Code>{server.listen}</Code>, copy: server.listen },
        {
          label: 'S3 alone on',
          value: server.s3_listen === '' ? 'not at all' : <Code>{server.s3_listen}</Code>,
        },
        { label: 'Region', value: server.region },
        { label: 'Data folder', value: <Code>{server.data_folder}</Code>, copy: server.data_folder },
        {
          label: 'Threads',
          value: `${formatCount(server.threads.network)} network, ${formatCount(server.threads.worker)} worker`,
        },
      ]}
    />
  );
}
