import { Alert, Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, FolderOpen } from 'lucide-react';
import { useEffect, type ReactElement } from 'react';
import {
  cancelImport,
  importQuery,
  metadataFilesQuery,
  parseUri,
  type ImportProgress,
  type MetadataFile,
} from '../../api/queries/imports';
import { repositoryQuery } from '../../api/queries/repositories';
import { CommitId } from '../../ui/CommitId';
import { CopyButton } from '../../ui/CopyButton';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column } from '../../ui/DataTable/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { Bytes } from '../../ui/figures';
import { formatBytes, formatCount, formatPlural } from '../../ui/format';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { Panel } from '../../ui/Page';
import { StatTile, StatTiles } from '../../ui/StatTile';
import classes from './imports.module.css';

const route = getRouteApi('/repositories/$repository/import');

interface ImportRunProps {
  repository: string;
  branch: string;
  id: string;
  sinceMs: number | undefined;
}

/** An import that was started: how far it is, and what came of it. */
export function ImportRun(props: ImportRunProps): ReactElement {
  const { repository, branch, id } = props;
  const queryClient = useQueryClient();
  const progress = useQuery(importQuery(repository, branch, id));
  const isCompleted = progress.data?.completed === true;
  useEffect(() => {
    if (!isCompleted) return;
    for (const what of ['branches', 'commits', 'objects', 'figures']) {
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository, what] });
    }
  }, [isCompleted, queryClient, repository]);

  if (progress.data === undefined) {
    return progress.isError ? (
      <>
        <ErrorState
          title="The import could not be found"
          error={progress.error}
          onRetry={() => void progress.refetch()}
        />
        <Again repository={repository} branch={branch} />
      </>
    ) : (
      <LoadingState rows={5} label="Loading the import" />
    );
  }
  const { data } = progress;
  if (data.error) return <Failed {...props} message={data.error.message} />;
  if (data.completed) return <Completed {...props} progress={data} />;
  return <Running {...props} progress={data} problem={progress.isError ? progress.error : undefined} />;
}

function Running({
  repository,
  branch,
  id,
  progress,
  problem,
}: ImportRunProps & { progress: ImportProgress; problem: Error | undefined }): ReactElement {
  const queryClient = useQueryClient();
  const cancelling = useMutation({
    mutationFn: () => cancelImport(repository, branch, id),
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: importQuery(repository, branch, id).queryKey }),
  });
  const rate = progress.objectsPerSecond;
  return (
    <div className={classes.progress}>
      <p className={classes.result} role="status">
        Importing into {branch}
      </p>
      <div className={classes.bar} />
      <StatTiles>
        <StatTile label="Objects" value={formatCount(progress.ingested_objects ?? 0)} />
        <StatTile
          label="Rate"
          value={rate === undefined ? '–' : `${formatCount(Math.round(rate))} objects/s`}
        />
      </StatTiles>
      {problem && (
        <Alert color="yellow" variant="light" role="alert">
          {messageOf(problem)} The import goes on; this page asks again.
        </Alert>
      )}
      {cancelling.isError && (
        <Alert color="red" variant="light" role="alert">
          {messageOf(cancelling.error)}
        </Alert>
      )}
      <div className={classes.buttons}>
        <Button variant="default" loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
          Cancel the import
        </Button>
      </div>
      <span className={classes.soft}>It goes on when this page is left; its address leads back here.</span>
    </div>
  );
}

function Failed({ repository, branch, message }: ImportRunProps & { message: string }): ReactElement {
  return (
    <EmptyState
      title="Nothing was imported"
      icon={<CircleX size={20} color="var(--ab-bad)" aria-hidden />}
      actions={<Again repository={repository} branch={branch} />}
    >
      {message}
    </EmptyState>
  );
}

function Again({ repository, branch }: { repository: string; branch: string }): ReactElement {
  return (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link to="/repositories/$repository/import" params={{ repository }} search={{ branch }} {...props} />
      )}
    >
      Import more
    </Button>
  );
}

function Completed({
  repository,
  branch,
  progress,
  sinceMs,
}: ImportRunProps & { progress: ImportProgress }): ReactElement {
  const navigate = route.useNavigate();
  const namespace = useQuery(repositoryQuery(repository)).data?.storage_namespace;
  const files = useQuery({
    ...metadataFilesQuery(namespace ?? '', sinceMs ?? 0),
    enabled: namespace !== undefined && sinceMs !== undefined,
  });
  const { commit } = progress;
  const bytes = files.data?.files.reduce((sum, file) => sum + file.size, 0) ?? 0;
  return (
    <div className={classes.column}>
      <div className={classes.progress}>
        <p className={classes.result} role="status">
          <CircleCheck size={18} color="var(--ab-ok)" aria-hidden />{' '}
          {formatPlural(progress.ingested_objects ?? 0, 'object')} imported, 0 bytes copied
          {files.data &&
            `, ${files.data.isPartial ? 'at least ' : ''}${formatPlural(files.data.files.length, 'metadata file')} written`}
        </p>
        <Panel>
          <KeyValueTable
            rows={[
              ...(commit
                ? [
                    {
                      label: 'Commit',
                      value: (
                        <Link
                          to="/repositories/$repository/commits/$commit"
                          params={{ repository, commit: commit.id }}
                        >
                          <CommitId id={commit.id} withCopy={false} />
                        </Link>
                      ),
                      copy: commit.id,
                    },
                    { label: 'Message', value: commit.message },
                  ]
                : []),
              { label: 'Branch', value: branch },
              ...(progress.metarange_id
                ? [
                    {
                      label: 'Metarange',
                      value: <code>{progress.metarange_id}</code>,
                      copy: progress.metarange_id,
                    },
                  ]
                : []),
            ]}
          />
        </Panel>
        <div className={classes.buttons}>
          <Button
            leftSection={<FolderOpen size={15} aria-hidden />}
            onClick={() =>
              void navigate({
                to: '/repositories/$repository/objects',
                params: { repository },
                search: { ref: branch },
              })
            }
          >
            Browse {branch}
          </Button>
          <Again repository={repository} branch={branch} />
        </div>
      </div>
      {namespace !== undefined && sinceMs !== undefined && (
        <Panel title={`Metadata files written · ${formatBytes(bytes)}`} flush>
          <MetadataTable
            namespace={namespace}
            files={files.data?.files ?? []}
            isPending={files.isPending}
            error={files.error ?? undefined}
            onRetry={() => void files.refetch()}
          />
        </Panel>
      )}
    </div>
  );
}

const tableHeightMax = 420;
const rowHeight = 34;
const tableHeaderHeight = 38;

/** All that the import left in the namespace: metaranges, and a range for each stretch of paths. */
function MetadataTable({
  namespace,
  files,
  isPending,
  error,
  onRetry,
}: {
  namespace: string;
  files: readonly MetadataFile[];
  isPending: boolean;
  error: Error | undefined;
  onRetry: () => void;
}): ReactElement {
  const { bucket } = parseUri(namespace);
  const columns: Column<MetadataFile>[] = [
    {
      id: 'key',
      header: 'Address',
      width: 420,
      grow: true,
      cell: (file) => (
        <Link
          to="/buckets/$bucket"
          params={{ bucket }}
          search={{ prefix: file.key.slice(0, file.key.lastIndexOf('/') + 1) }}
          title={`s3://${bucket}/${file.key}`}
          tabIndex={-1}
        >
          <code>
            s3://{bucket}/{file.key}
          </code>
        </Link>
      ),
    },
    {
      id: 'kind',
      header: 'Kind',
      width: 110,
      cell: (file) => file.kind,
    },
    { id: 'size', header: 'Size', width: 100, align: 'right', cell: (file) => <Bytes value={file.size} /> },
    {
      id: 'copy',
      header: 'Copy',
      width: 64,
      cell: (file) => <CopyButton size="xs" label="Copy address" value={`s3://${bucket}/${file.key}`} />,
    },
  ];
  return (
    <DataTable
      label="Metadata files"
      rows={files}
      columns={columns}
      rowId={(file) => file.key}
      isPending={isPending}
      error={error}
      onRetry={onRetry}
      height={Math.min(tableHeightMax, tableHeaderHeight + files.length * rowHeight)}
      empty={
        <EmptyState title="No file was written">
          The same objects had been imported before: their metadata files were there already.
        </EmptyState>
      }
    />
  );
}
