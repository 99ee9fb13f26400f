import { Anchor, Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, File, Folder, FolderUp, Info, Link2, Trash2, Upload } from 'lucide-react';
import { useMemo, useRef, useState, type DragEvent, type ReactElement } from 'react';
import { changesSummaryQuery } from '../../api/queries/changes';
import { deletePaths, objectsQuery, objectUrl, presignedUrl, refKindQuery } from '../../api/queries/objects';
import { repositoryQuery } from '../../api/queries/repositories';
import type { ObjectStats } from '../../api/types';
import { uploads } from '../../api/uploads';
import { CommandBlock } from '../../ui/Code';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { filesOfDrop, filesOfInput, type DroppedFile } from '../../ui/dropped-files';
import { EmptyState } from '../../ui/EmptyState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatPlural } from '../../ui/format';
import { Breadcrumbs, Page } from '../../ui/Page';
import { useCopy } from '../../ui/useCopy';
import { RefSelect } from '../../widgets/RefSelect';
import { ObjectInfo } from './ObjectInfo';
import classes from './objects.module.css';

const route = getRouteApi('/repositories/$repository/objects');

/** What lies at a ref: folders and objects, as paths have them. Written to on branches alone. */
export function ObjectsPage(): ReactElement {
  const { repository } = route.useParams();
  const { ref: chosen, path = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [, copy] = useCopy();
  const about = useQuery(repositoryQuery(repository)).data;
  const ref = chosen ?? about?.default_branch ?? 'main';
  const isBranch = useQuery(refKindQuery(repository, ref)).data === 'branch';
  const changes = useQuery({ ...changesSummaryQuery(repository, ref), enabled: isBranch }).data?.total;
  const uncommitted = (changes?.added ?? 0) + (changes?.removed ?? 0) + (changes?.changed ?? 0);
  const source = useInfiniteRows(
    useInfiniteQuery(objectsQuery(repository, ref, path)),
    (page) => page.results,
  );
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<ObjectStats[]>();
  const [shown, setShown] = useState<ObjectStats>();
  const files = useRef<HTMLInputElement>(null);
  const selected = source.rows.filter((row) => selection.has(row.path) && row.path_type === 'object');

  const open = (row: ObjectStats) => {
    if (row.path_type === 'object') setShown(row);
    else void navigate({ search: (old) => ({ ...old, path: row.path }) });
  };
  const upload = (dropped: DroppedFile[]) =>
    uploads.add(
      repository,
      dropped.map(({ path: name, file }) => ({ key: `${ref}/${path}${name}`, file })),
    );
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (isBranch) void filesOfDrop(event.dataTransfer).then(upload);
  };
  const remove = async (rows: ObjectStats[]) => {
    const failed = await deletePaths(
      repository,
      ref,
      rows.map((row) => row.path),
    );
    await queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
    setSelection(new Set());
    const first = failed[0];
    if (first !== undefined) throw new Error(`${first.path}: ${first.message}`);
  };

  const columns = useMemo<Column<ObjectStats>[]>(
    () => [
      {
        id: 'name',
        header: 'Name',
        width: 320,
        grow: true,
        cell: (row) => (
          <span className={classes.name}>
            {row.path_type === 'object' ? <File size={14} aria-hidden /> : <Folder size={14} aria-hidden />}
            <span title={row.path}>{row.path.slice(path.length)}</span>
          </span>
        ),
      },
      {
        id: 'size',
        header: 'Size',
        width: 110,
        align: 'right',
        cell: (row) => row.path_type === 'object' && <Bytes value={row.size_bytes ?? 0} />,
      },
      {
        id: 'modified',
        header: 'Modified',
        width: 150,
        cell: (row) => row.path_type === 'object' && <RelativeTime ms={row.mtime * 1000} />,
      },
      { id: 'type', header: 'Type', width: 180, cell: (row) => row.content_type ?? '' },
    ],
    [path],
  );
  const rowMenu = (row: ObjectStats): RowAction[] => {
    const copyPath: RowAction = {
      label: 'Copy path',
      icon: <Link2 size={14} aria-hidden />,
      onSelect: () => copy(row.path),
    };
    if (row.path_type !== 'object') return [copyPath];
    return [
      { label: 'Object info', icon: <Info size={14} aria-hidden />, onSelect: () => setShown(row) },
      {
        label: 'Download',
        icon: <Download size={14} aria-hidden />,
        onSelect: () => window.location.assign(objectUrl(repository, ref, row.path)),
      },
      { ...copyPath, separated: true },
      {
        label: 'Copy lakefs:// URI',
        icon: <Link2 size={14} aria-hidden />,
        onSelect: () => copy(`lakefs://${repository}/${ref}/${row.path}`),
      },
      {
        label: 'Copy s3:// URI',
        icon: <Link2 size={14} aria-hidden />,
        onSelect: () => copy(`s3://${repository}/${ref}/${row.path}`),
      },
      {
        label: 'Copy presigned URL',
        icon: <Link2 size={14} aria-hidden />,
        onSelect: () => void presignedUrl(repository, `${ref}/${row.path}`).then((made) => copy(made.url)),
      },
      {
        label: 'Delete',
        icon: <Trash2 size={14} aria-hidden />,
        danger: true,
        separated: true,
        disabled: !isBranch,
        onSelect: () => setDeleting([row]),
      },
    ];
  };

  const parts = path.split('/').slice(0, -1);
  return (
    <Page
      title="Objects"
      fill
      actions={
        isBranch && (
          <>
            <input
              ref={files}
              type="file"
              multiple
              hidden
              aria-label="Files to upload"
              onChange={(event) => {
                if (event.currentTarget.files) upload(filesOfInput(event.currentTarget.files));
                event.currentTarget.value = '';
              }}
            />
            <Button leftSection={<Upload size={15} aria-hidden />} onClick={() => files.current?.click()}>
              Upload
            </Button>
          </>
        )
      }
      toolbar={
        <>
          <RefSelect
            repository={repository}
            value={ref}
            onChange={(next) => {
              setSelection(new Set());
              void navigate({ search: (old) => ({ ...old, ref: next }) });
            }}
          />
          <Breadcrumbs label="Path">
            {['', ...parts].map((part, index) => (
              <Link
                key={index}
                to="/repositories/$repository/objects"
                params={{ repository }}
                search={{ ref, path: index === 0 ? undefined : `${parts.slice(0, index).join('/')}/` }}
              >
                {index === 0 ? repository : part}
              </Link>
            ))}
          </Breadcrumbs>
          {selected.length > 0 && isBranch && (
            <Button
              variant="default"
              leftSection={<Trash2 size={14} aria-hidden />}
              onClick={() => setDeleting(selected)}
            >
              Delete {formatPlural(selected.length, 'object')}
            </Button>
          )}
          {uncommitted > 0 && (
            <Anchor
              renderRoot={(props) => (
                <Link
                  to="/repositories/$repository/changes"
                  params={{ repository }}
                  search={{ branch: ref }}
                  {...props}
                />
              )}
            >
              {formatPlural(uncommitted, 'uncommitted change')}
            </Anchor>
          )}
        </>
      }
    >
      <div className={classes.drop} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <DataTable
          label="Objects"
          {...source}
          columns={columns}
          rowId={(row) => row.path}
          selection={isBranch ? selection : undefined}
          onSelectionChange={isBranch ? setSelection : undefined}
          onOpen={open}
          rowMenu={rowMenu}
          currentId={shown?.path}
          errorTitle="The objects could not be listed"
          empty={
            <EmptyState
              title="No objects here yet"
              icon={<FolderUp size={20} aria-hidden />}
              actions={
                isBranch && (
                  <CommandBlock commands={`anabranch cp ./data anabranch://${repository}/${ref}/${path}`} />
                )
              }
            >
              {isBranch
                ? 'Drop files or folders here, import them without copying, or copy them from the command line.'
                : 'This tag or commit holds no objects below this path.'}
            </EmptyState>
          }
        />
      </div>
      <ObjectInfo repository={repository} object={shown} onClose={() => setShown(undefined)} />
      <ConfirmDialog
        opened={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title={`Delete ${formatPlural(deleting?.length ?? 0, 'object')}`}
        confirmLabel="Delete"
        danger
        onConfirm={() => remove(deleting ?? [])}
      >
        They are deleted on branch {ref} and stay in its commits. Nothing is final until it is committed.
      </ConfirmDialog>
    </Page>
  );
}
