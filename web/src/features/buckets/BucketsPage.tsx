import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Archive, Clipboard, FolderOpen, Library, Plus, SearchX, Trash2 } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { bucketsQuery } from '../../api/queries/buckets';
import type { Bucket } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column, RowAction, Sort } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { Bytes, Count, RelativeTime } from '../../ui/figures';
import { FilterInput } from '../../ui/FilterInput';
import { formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { Page } from '../../ui/Page';
import { copyWithNotice } from '../../widgets/browser/download';
import classes from './buckets.module.css';
import { useSortedRows } from '../../widgets/browser/useSortedRows';
import { CreateBucketDialog } from './CreateBucketDialog';
import { DeleteBucketDialog } from './DeleteBucketDialog';
import { namespacePrefix } from './namespace-prefix';

const route = getRouteApi('/buckets');

/** All buckets: plain ones, and repositories, which S3 clients see as buckets too. */
export function BucketsPage(): ReactElement {
  const { prefix = '', create, sort, dir } = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const listed = useInfiniteRows(useInfiniteQuery(bucketsQuery(prefix)), (page) => page.results);
  const order = useMemo(
    (): Sort | undefined => (sort === undefined ? undefined : { column: sort, direction: dir ?? 'asc' }),
    [sort, dir],
  );
  const { sortNote, ...source } = useSortedRows(listed, order, sortValue);
  const [deleting, setDeleting] = useState<Bucket>();
  const startCreate = () => void navigateHere({ search: (old) => ({ ...old, create: true }) });
  useHotkeys('Buckets', [{ keys: 'n', description: 'New bucket', onPress: startCreate }]);
  const open = (bucket: Bucket) =>
    void (bucket.kind === 'repository'
      ? navigate({ to: '/repositories/$repository/objects', params: { repository: bucket.name } })
      : navigate({ to: '/buckets/$bucket', params: { bucket: bucket.name } }));

  const columns = useMemo<Column<Bucket>[]>(
    () => [
      {
        id: 'name',
        header: 'Name',
        sortable: true,
        width: 200,
        grow: true,
        cell: (bucket) => <BucketName bucket={bucket} />,
      },
      {
        id: 'kind',
        header: 'Kind',
        sortable: true,
        width: 110,
        cell: (bucket) => <span className={classes.soft}>{bucket.kind}</span>,
      },
      {
        id: 'namespaces',
        header: 'Namespace of',
        width: 220,
        cell: (bucket) => <Namespaces bucket={bucket} />,
      },
      {
        id: 'objects',
        header: 'Objects',
        sortable: true,
        width: 110,
        align: 'right',
        cell: (bucket) => <Count value={bucket.objects} />,
      },
      {
        id: 'bytes',
        header: 'Size',
        sortable: true,
        width: 110,
        align: 'right',
        cell: (bucket) => <Bytes value={bucket.bytes} />,
      },
      {
        id: 'created',
        header: 'Created',
        sortable: true,
        width: 150,
        cell: (bucket) => (
          <span className={classes.soft}>
            <RelativeTime ms={bucket.creation_ms} />
          </span>
        ),
      },
    ],
    [],
  );
  const rowMenu = (bucket: Bucket): RowAction[] => [
    { label: 'Browse', icon: <FolderOpen size={14} aria-hidden />, onSelect: () => open(bucket) },
    {
      label: 'Copy s3:// URI',
      icon: <Clipboard size={14} aria-hidden />,
      onSelect: () => copyWithNotice(`s3://${bucket.name}`, 'URI'),
    },
    {
      label: 'Delete',
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      separated: true,
      disabled: bucket.kind === 'repository',
      onSelect: () => setDeleting(bucket),
    },
  ];
  return (
    <Page
      title="Buckets"
      fill
      actions={
        <Button leftSection={<Plus size={15} aria-hidden />} onClick={startCreate}>
          New bucket
        </Button>
      }
      toolbar={
        <>
          <FilterInput
            value={prefix}
            placeholder="Buckets with"
            onChange={(value) =>
              void navigateHere({ search: (old) => ({ ...old, prefix: value || undefined }), replace: true })
            }
          />
          <span className={classes.soft} role="status">
            {source.rows.length > 0 &&
              `${formatPlural(source.rows.length, 'bucket')}${source.hasMore ? ' loaded' : ''}`}
            {sortNote !== undefined && `; ${sortNote}`}
          </span>
        </>
      }
    >
      <DataTable
        label="Buckets"
        listId={prefix}
        {...source}
        columns={columns}
        sort={order}
        onSortChange={({ column, direction }) =>
          void navigateHere({
            search: (old) => ({ ...old, sort: column, dir: direction === 'desc' ? direction : undefined }),
            replace: true,
          })
        }
        rowId={(bucket) => bucket.name}
        onOpen={open}
        rowMenu={rowMenu}
        errorTitle="The buckets could not be listed"
        empty={
          prefix === '' ? (
            <EmptyState
              title="No buckets yet"
              icon={<Archive size={20} aria-hidden />}
              actions={
                <>
                  <Button onClick={() => void navigateHere({ search: (old) => ({ ...old, create: true }) })}>
                    New bucket
                  </Button>
                  <CommandBlock
                    commands={`aws --endpoint-url ${window.location.origin} s3 mb s3://sample-data`}
                  />
                </>
              }
            >
              A bucket holds objects; a repository can import them without copying. Any S3 client can fill it.
            </EmptyState>
          ) : (
            <EmptyState title="No bucket has this in its name" icon={<SearchX size={20} aria-hidden />}>
              Any part of a name is found, whatever the case of its letters.
            </EmptyState>
          )
        }
      />
      {create && (
        <CreateBucketDialog
          onClose={() =>
            void navigateHere({ search: (old) => ({ ...old, create: undefined }), replace: true })
          }
          onCreated={(bucket) => void navigate({ to: '/buckets/$bucket', params: { bucket } })}
        />
      )}
      {deleting && <DeleteBucketDialog bucket={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}

function sortValue(bucket: Bucket, column: string): string | number | undefined {
  if (column === 'objects') return bucket.objects;
  if (column === 'bytes') return bucket.bytes;
  if (column === 'created') return bucket.creation_ms;
  return column === 'kind' ? bucket.kind : bucket.name;
}

function BucketName({ bucket }: { bucket: Bucket }): ReactElement {
  if (bucket.kind === 'repository') {
    return (
      <span className={classes.name}>
        <Library size={15} aria-hidden />
        <Link to="/repositories/$repository/objects" params={{ repository: bucket.name }} tabIndex={-1}>
          {bucket.name}
        </Link>
      </span>
    );
  }
  return (
    <span className={classes.name}>
      <Archive size={15} aria-hidden />
      <Link to="/buckets/$bucket" params={{ bucket: bucket.name }} tabIndex={-1}>
        {bucket.name}
      </Link>
    </span>
  );
}

/** Repositories that keep their files in it; each leads to where. */
function Namespaces({ bucket }: { bucket: Bucket }): ReactElement {
  return (
    <>
      {bucket.repositories.map(({ id, storage_namespace }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link
            to="/buckets/$bucket"
            params={{ bucket: bucket.name }}
            search={{ prefix: namespacePrefix(storage_namespace) || undefined }}
            tabIndex={-1}
            title={storage_namespace}
          >
            {id}
          </Link>
        </span>
      ))}
    </>
  );
}
