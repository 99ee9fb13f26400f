import { Alert, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Plus, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { activeSweepsQuery } from '../../api/queries/experiments';
import { serverQuery } from '../../api/queries/server';
import type { Server } from '../../api/types';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, Count } from '../../ui/figures';
import { formatBytes, formatPlural } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { Page, Panel } from '../../ui/Page';
import { StatTile, StatTiles } from '../../ui/StatTile';
import { ActiveSweeps } from './ActiveSweeps';
import { BucketList } from './BucketList';
import { CreateRepositoryDialog } from './CreateRepositoryDialog';
import { Drives } from './Drives';
import classes from './home.module.css';
import { Quickstart } from './Quickstart';
import { RepositoryList } from './RepositoryList';

/** Everything at a glance: what is stored, what is running, how much room is left, and how to begin. */
export function HomePage(): ReactElement {
  const [creating, dialog] = useDisclosure(false);
  const server = useQuery(serverQuery());
  const sweeps = useQuery(activeSweepsQuery());
  const actions = (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New repository
    </Button>
  );
  return (
    <Page title="Home" actions={actions}>
      <div className={classes.stack}>
        <ServerSummary server={server.data} error={server.error} onRetry={() => void server.refetch()} />
        {sweeps.data !== undefined && sweeps.data.length > 0 && (
          <Panel title="Running now" flush>
            <ActiveSweeps sweeps={sweeps.data} />
          </Panel>
        )}
        <div className={classes.columns}>
          <div className={classes.side}>
            <RepositoryList onCreate={dialog.open} />
            <BucketList />
          </div>
          <div className={classes.side}>
            {server.data !== undefined && (
              <Panel title="Space">
                <Drives drives={server.data.drives} />
              </Panel>
            )}
            <Panel title="Quickstart">
              <Quickstart />
            </Panel>
          </div>
        </div>
      </div>
      <CreateRepositoryDialog opened={creating} onClose={dialog.close} />
    </Page>
  );
}

function ServerSummary({
  server,
  error,
  onRetry,
}: {
  server: Server | undefined;
  error: unknown;
  onRetry: () => void;
}): ReactElement {
  if (server === undefined) {
    return error === null ? (
      <LoadingState rows={2} label="Loading the server’s figures" />
    ) : (
      <ErrorState title="The server’s figures could not be read" error={error} onRetry={onRetry} />
    );
  }
  const free = server.drives.reduce((sum, drive) => sum + drive.free_bytes, 0);
  const { engine, counts } = server;
  return (
    <>
      {server.health.state === 'read_only' && (
        <Alert color="red" variant="light" icon={<TriangleAlert size={18} aria-hidden />} title="Read only">
          Nothing can be written: {server.health.reason}
        </Alert>
      )}
      <StatTiles>
        <StatTile label="Repositories" value={<Count value={counts.repositories} />} />
        <StatTile label="Buckets" value={<Count value={counts.buckets} />} />
        <StatTile label="Objects" value={<Count value={counts.objects} />} />
        <StatTile
          label="Stored"
          value={<Bytes value={engine.live_bytes} />}
          note={`${formatBytes(engine.blob_bytes)} on disk`}
        />
        <StatTile
          label="Free"
          value={<Bytes value={free} />}
          note={formatPlural(server.drives.length, 'drive')}
        />
      </StatTiles>
    </>
  );
}
