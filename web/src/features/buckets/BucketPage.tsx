import { Alert, Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, File, Folder, FolderUp, Link2, Trash2, Upload } from 'lucide-react';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { bucketObjectsQuery, bucketsQuery } from '../../api/queries/buckets';
import { presignedUrl } from '../../api/queries/objects';
import { repositoryFiguresQuery } from '../../api/queries/repositories';
import { deleteObject } from '../../api/s3';
import { uploads } from '../../api/uploads';
import { CommandBlock } from '../../ui/Code';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { filesOfInput } from '../../ui/dropped-files';
import { EmptyState } from '../../ui/EmptyState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatBytes, formatPlural } from '../../ui/format';
import { Breadcrumbs, Page } from '../../ui/Page';
import { useCopy } from '../../ui/useCopy';
import classes from './buckets.module.css';

const route = getRouteApi('/buckets/$bucket');

interface Row {
  key: string;
  size?: number;
  modifiedMs?: number;
}

/** What lies in a bucket; where a repository keeps its files there, that is told. */
export function BucketPage(): ReactElement {
  const { bucket } = route.useParams();
  const { prefix = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [, copy] = useCopy();
  const source = useInfiniteRows(useInfiniteQuery(bucketObjectsQuery(bucket, prefix)), (page): Row[] => [
    ...page.prefixes.map((key) => ({ key })),
    ...page.objects,
  ]);
  const about = useInfiniteQuery(bucketsQuery(bucket)).data?.pages[0]?.results.find(
    (found) => found.name === bucket,
  );
  const owner = about?.repositories.find(({ storage_namespace }) =>
    `s3://${bucket}/${prefix}`.startsWith(`${storage_namespace.replace(/\/$/, '')}/`),
  );
  const [deleting, setDeleting] = useState<string>();
  const files = useRef<HTMLInputElement>(null);
  const open = (row: Row) => {
    if (row.size === undefined) void navigate({ search: { prefix: row.key } });
    else void download(row.key);
  };
  const download = async (key: string) => window.location.assign((await presignedUrl(bucket, key)).url);

  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: 'name',
        header: 'Name',
        width: 360,
        grow: true,
        cell: (row) => (
          <span className={classes.name}>
            {row.size === undefined ? <Folder size={14} aria-hidden /> : <File size={14} aria-hidden />}
            <span title={row.key}>{row.key.slice(prefix.length)}</span>
          </span>
        ),
      },
      {
        id: 'size',
        header: 'Size',
        width: 120,
        align: 'right',
        cell: (row) => row.size !== undefined && <Bytes value={row.size} />,
      },
      {
        id: 'modified',
        header: 'Modified',
        width: 160,
        cell: (row) => row.modifiedMs !== undefined && <RelativeTime ms={row.modifiedMs} />,
      },
    ],
    [prefix],
  );
  const rowMenu = (row: Row): RowAction[] => {
    const copyUri: RowAction = {
      label: 'Copy s3:// URI',
      icon: <Link2 size={14} aria-hidden />,
      onSelect: () => copy(`s3://${bucket}/${row.key}`),
    };
    if (row.size === undefined) return [copyUri];
    return [
      {
        label: 'Download',
        icon: <Download size={14} aria-hidden />,
        onSelect: () => void download(row.key),
      },
      copyUri,
      {
        label: 'Copy presigned URL',
        icon: <Link2 size={14} aria-hidden />,
        onSelect: () => void presignedUrl(bucket, row.key).then((made) => copy(made.url)),
      },
      {
        label: 'Delete',
        icon: <Trash2 size={14} aria-hidden />,
        danger: true,
        separated: true,
        disabled: owner !== undefined,
        onSelect: () => setDeleting(row.key),
      },
    ];
  };

  const parts = prefix.split('/').slice(0, -1);
  return (
    <Page
      title={bucket}
      fill
      actions={
        owner === undefined && (
          <>
            <input
              ref={files}
              type="file"
              multiple
              hidden
              aria-label="Files to upload"
              onChange={(event) => {
                if (event.currentTarget.files) {
                  uploads.add(
                    bucket,
                    filesOfInput(event.currentTarget.files).map(({ path, file }) => ({
                      key: prefix + path,
                      file,
                    })),
                  );
                }
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
        <Breadcrumbs label="Path">
          {['', ...parts].map((part, index) => (
            <Link
              key={index}
              to="/buckets/$bucket"
              params={{ bucket }}
              search={{ prefix: index === 0 ? undefined : `${parts.slice(0, index).join('/')}/` }}
            >
              {index === 0 ? bucket : part}
            </Link>
          ))}
        </Breadcrumbs>
      }
    >
      <div className={classes.page}>
        {owner !== undefined && <NamespaceBanner repository={owner.id} />}
        <div className={classes.list}>
          <DataTable
            label="Objects"
            {...source}
            columns={columns}
            rowId={(row) => row.key}
            onOpen={open}
            rowMenu={rowMenu}
            errorTitle="The objects could not be listed"
            empty={
              <EmptyState
                title="No objects here yet"
                icon={<FolderUp size={20} aria-hidden />}
                actions={<CommandBlock commands={`aws s3 cp --recursive ./data s3://${bucket}/${prefix}`} />}
              >
                Upload files, or copy them with any S3 client.
              </EmptyState>
            }
          />
        </div>
      </div>
      <ConfirmDialog
        opened={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete object"
        confirmLabel="Delete"
        danger
        onConfirm={async () => {
          if (deleting !== undefined) await deleteObject(bucket, deleting);
          await queryClient.invalidateQueries({ queryKey: ['buckets', bucket] });
        }}
      >
        {deleting} is deleted for good. Commits that imported it keep their bytes.
      </ConfirmDialog>
    </Page>
  );
}

/** Tells metadata from data, so that anyone sees what was copied and what was not. */
function NamespaceBanner({ repository }: { repository: string }): ReactElement {
  const figures = useQuery(repositoryFiguresQuery(repository)).data;
  return (
    <Alert className={classes.banner} title={`The namespace of repository ${repository}`}>
      {figures !== undefined &&
        `_lakefs/ holds ${formatPlural(figures.metadata_objects, 'metadata file')} (${formatBytes(figures.metadata_bytes)}); ` +
          `data/ holds ${formatPlural(figures.data_objects, 'object')} written through it ` +
          `(${formatBytes(figures.data_bytes)}). What was imported stays where it was.`}
    </Alert>
  );
}
