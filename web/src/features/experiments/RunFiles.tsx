import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, FileX, FolderOpen } from 'lucide-react';
import { useMemo, type ReactElement } from 'react';
import { hasStatus } from '../../api/error';
import { outputPlaces } from '../../api/outputs';
import { commitQuery } from '../../api/queries/commits';
import { runFilesQuery } from '../../api/queries/experiments';
import { objectUrl } from '../../api/queries/objects';
import type { ObjectStats, Run } from '../../api/types';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { LoadingState } from '../../ui/LoadingState';
import { Panel } from '../../ui/Page';
import { download } from '../../widgets/browser/download';
import { nameOf, parentOf } from '../../widgets/browser/entries';
import { ObjectPane } from '../../widgets/browser/ObjectPane';
import { visibleText } from '../../widgets/preview/content';
import { Preview } from '../../widgets/preview/Preview';
import type { RunSearch } from './routes';
import classes from './RunFiles.module.css';
import { useObjectAt } from '../../widgets/preview/useObjectAt';

const rowHeight = 34;
const listHeightMax = 520;
const besideObject: ReadonlySet<string> = new Set(['size', 'time']);

/** What a run left and what was recorded of it, each file a click away: on its branch while it runs, in its commit afterwards. */
export function RunFiles({
  repository,
  run,
  object,
  kind,
  onChange,
}: {
  repository: string;
  run: Run;
  /** The file that is open. */
  object: string | undefined;
  /** How it is shown, where there is a choice. */
  kind: string | undefined;
  onChange: (change: Pick<RunSearch, 'object' | 'as'>) => void;
}): ReactElement {
  const ref = run.commit_id ?? run.branch;
  const commit = useQuery({
    ...commitQuery(repository, run.commit_id ?? ''),
    enabled: run.commit_id !== undefined,
  });
  const outs = commit.data?.metadata?.['anabranch.out'];
  const places = useMemo(() => outputPlaces(outs), [outs]);
  const query = useInfiniteQuery({
    ...runFilesQuery(repository, ref, places),
    enabled: run.commit_id === undefined || !commit.isPending,
  });
  const source = useInfiniteRows(query, (page) => page.files);
  const columns = useMemo(
    (): Column<ObjectStats>[] => [
      {
        id: 'path',
        header: 'Path',
        grow: true,
        width: 200,
        cell: (file) => (
          <Link
            from="/repositories/$repository/experiments/runs/$run"
            to="/repositories/$repository/experiments/runs/$run"
            search={(old) => ({ ...old, object: file.path, as: undefined })}
            resetScroll={false}
            preload={false}
            title={file.path}
          >
            {visibleText(file.path)}
          </Link>
        ),
      },
      {
        id: 'size',
        header: 'Size',
        align: 'right',
        width: 110,
        cell: (file) => <Bytes value={file.size_bytes ?? 0} />,
      },
      {
        id: 'time',
        header: 'Modified',
        width: 150,
        cell: (file) => <RelativeTime ms={file.mtime * 1000} />,
      },
    ],
    [],
  );
  const save = (path: string) => download(objectUrl(repository, ref, path), nameOf(path));
  const isOpen = object !== undefined;
  return (
    <Panel
      title="Files of the run"
      flush
      actions={
        <Button
          size="compact-sm"
          variant="subtle"
          renderRoot={(props) => (
            <Link
              to="/repositories/$repository/objects"
              params={{ repository }}
              search={{ ref }}
              {...props}
            />
          )}
        >
          Browse at {run.commit_id === undefined ? 'its branch' : 'its commit'}
        </Button>
      }
    >
      <div className={`${classes.split} ${isOpen ? classes.withObject : ''}`}>
        <div className={classes.list}>
          <DataTable
            label="Files of the run"
            {...source}
            columns={columns}
            hiddenColumns={isOpen ? besideObject : undefined}
            rowId={(file) => file.path}
            currentId={object}
            onOpen={(file) => onChange({ object: file.path, as: undefined })}
            rowMenu={(file) => [
              {
                label: 'Open',
                icon: <FolderOpen size={15} aria-hidden />,
                onSelect: () => onChange({ object: file.path, as: undefined }),
              },
              {
                label: 'Download',
                icon: <Download size={15} aria-hidden />,
                onSelect: () => save(file.path),
              },
            ]}
            error={hasStatus(source.error, 404) ? undefined : source.error}
            errorTitle="The files could not be listed"
            height={isOpen ? undefined : Math.min(listHeightMax, 60 + source.rows.length * rowHeight)}
            empty={
              <EmptyState title="No files yet">
                What the command leaves in <code>artifacts/</code>, <code>config/</code> and{' '}
                <code>metrics.json</code> is committed when it ends.
              </EmptyState>
            }
          />
        </div>
        {isOpen && (
          <OpenFile
            key={object}
            repository={repository}
            gitRef={ref}
            path={object}
            kind={kind}
            onChange={onChange}
            onDownload={() => save(object)}
          />
        )}
      </div>
    </Panel>
  );
}

function OpenFile({
  repository,
  gitRef,
  path,
  kind,
  onChange,
  onDownload,
}: {
  repository: string;
  gitRef: string;
  path: string;
  kind: string | undefined;
  onChange: (change: Pick<RunSearch, 'object' | 'as'>) => void;
  onDownload: () => void;
}): ReactElement {
  const { query, stats, source } = useObjectAt(repository, gitRef, path);
  return (
    <ObjectPane
      path={path}
      facts={
        stats && (
          <>
            {visibleText(parentOf(path))} · <Bytes value={stats.size_bytes ?? 0} /> ·{' '}
            {stats.content_type ?? 'no content type'}
          </>
        )
      }
      onDownload={stats ? onDownload : undefined}
      onClose={() => onChange({ object: undefined, as: undefined })}
    >
      {query.isError ? (
        <ErrorState
          title="The file could not be opened"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : stats === null ? (
        <EmptyState title="There is no such file" icon={<FileX size={20} aria-hidden />}>
          The run left none with the path {visibleText(path)}.
        </EmptyState>
      ) : source === undefined ? (
        <LoadingState rows={10} />
      ) : (
        <Preview source={source} kind={kind} onKindChange={(as) => onChange({ object: path, as })} />
      )}
    </ObjectPane>
  );
}
