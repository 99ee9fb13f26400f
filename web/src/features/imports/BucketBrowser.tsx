import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Archive, Plus, SearchX } from 'lucide-react';
import { useMemo, type ReactElement } from 'react';
import type { Entry } from '../../api/entries';
import { bucketObjectsQuery, bucketsQuery } from '../../api/queries/buckets';
import type { Bucket } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { FilterInput } from '../../ui/FilterInput';
import { Bytes, Count, RelativeTime } from '../../ui/figures';
import { Breadcrumbs } from '../../ui/Page';
import { nameOf } from '../../widgets/browser/entries';
import { EntryName } from '../../widgets/browser/EntryName';
import { visibleText } from '../../widgets/preview/content';
import classes from './imports.module.css';

export interface BucketBrowserProps {
  bucket: string | undefined;
  prefix: string;
  onGo: (bucket: string | undefined, prefix: string) => void;
  /** s3:// URIs that are chosen already. */
  chosen: ReadonlySet<string>;
  onAdd: (uri: string) => void;
}

/** Walks buckets to what is to be imported: whole prefixes, or single objects. */
export function BucketBrowser(props: BucketBrowserProps): ReactElement {
  const { bucket, prefix, onGo, chosen, onAdd } = props;
  const here = `s3://${bucket ?? ''}/${prefix}`;
  const parts = bucket === undefined ? [] : prefix.split('/').filter(Boolean);
  return (
    <div className={classes.browser}>
      <div className={classes.place}>
        <Breadcrumbs label="Place in the bucket">
          <button type="button" className={classes.crumb} onClick={() => onGo(undefined, '')}>
            Buckets
          </button>
          {bucket !== undefined && (
            <button type="button" className={classes.crumb} onClick={() => onGo(bucket, '')}>
              {bucket}
            </button>
          )}
          {parts.map((part, index) => (
            <button
              key={index}
              type="button"
              className={classes.crumb}
              onClick={() => onGo(bucket, `${parts.slice(0, index + 1).join('/')}/`)}
            >
              {part}
            </button>
          ))}
        </Breadcrumbs>
        {bucket === undefined ? (
          <FilterInput
            value={prefix}
            placeholder="Buckets with"
            width={220}
            onChange={(value) => onGo(undefined, value)}
          />
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Plus size={14} aria-hidden />}
            disabled={chosen.has(here)}
            onClick={() => onAdd(here)}
          >
            {prefix === '' ? 'Add the whole bucket' : 'Add this prefix'}
          </Button>
        )}
      </div>
      {bucket === undefined ? (
        <Buckets beginning={prefix} onGo={onGo} />
      ) : (
        <Level {...props} bucket={bucket} />
      )}
    </div>
  );
}

function Buckets({ beginning, onGo }: { beginning: string; onGo: BucketBrowserProps['onGo'] }): ReactElement {
  const source = useInfiniteRows(useInfiniteQuery(bucketsQuery(beginning)), (page) =>
    page.results.filter((bucket) => bucket.kind === 'bucket'),
  );
  const columns = useMemo<Column<Bucket>[]>(
    () => [
      {
        id: 'name',
        header: 'Bucket',
        width: 200,
        grow: true,
        cell: (row) => (
          <span className={classes.name}>
            <Archive size={14} aria-hidden />
            <button type="button" tabIndex={-1} className={classes.open} onClick={() => onGo(row.name, '')}>
              {row.name}
            </button>
          </span>
        ),
      },
      {
        id: 'objects',
        header: 'Objects',
        width: 110,
        align: 'right',
        cell: (row) => <Count value={row.objects} />,
      },
      {
        id: 'bytes',
        header: 'Size',
        width: 110,
        align: 'right',
        cell: (row) => <Bytes value={row.bytes} />,
      },
    ],
    [onGo],
  );
  return (
    <DataTable
      label="Buckets"
      listId={beginning}
      {...source}
      columns={columns}
      rowId={(row) => row.name}
      onOpen={(row) => onGo(row.name, '')}
      errorTitle="The buckets could not be listed"
      empty={
        beginning !== '' ? (
          <EmptyState
            title={`No bucket has “${beginning}” in its name`}
            icon={<SearchX size={20} aria-hidden />}
          />
        ) : (
          <EmptyState
            title="No buckets yet"
            icon={<Archive size={20} aria-hidden />}
            actions={
              <CommandBlock
                commands={['aws s3 mb s3://data', 'aws s3 cp --recursive photos s3://data/photos']}
              />
            }
          >
            Objects are imported from buckets of this server.
          </EmptyState>
        )
      }
    />
  );
}

function Level({
  bucket,
  prefix,
  onGo,
  chosen,
  onAdd,
}: BucketBrowserProps & { bucket: string }): ReactElement {
  const source = useInfiniteRows(
    useInfiniteQuery(bucketObjectsQuery(bucket, prefix)),
    (page) => page.entries,
  );
  const columns = useMemo<Column<Entry>[]>(
    () => [
      {
        id: 'name',
        header: 'Name',
        width: 200,
        grow: true,
        cell: (row) => (
          <EntryName entry={row}>
            {row.isFolder ? (
              <button
                type="button"
                tabIndex={-1}
                className={classes.open}
                onClick={() => onGo(bucket, row.path)}
              >
                {visibleText(nameOf(row.path))}
              </button>
            ) : (
              <span>{visibleText(nameOf(row.path))}</span>
            )}
          </EntryName>
        ),
      },
      {
        id: 'size',
        header: 'Size',
        width: 96,
        align: 'right',
        cell: (row) => !row.isFolder && <Bytes value={row.sizeBytes} />,
      },
      {
        id: 'modified',
        header: 'Modified',
        width: 120,
        cell: (row) =>
          row.modifiedMs !== undefined && (
            <span className={classes.soft}>
              <RelativeTime ms={row.modifiedMs} />
            </span>
          ),
      },
      {
        id: 'add',
        header: 'Add',
        width: 84,
        align: 'right',
        cell: (row) => {
          const uri = `s3://${bucket}/${row.path}`;
          const name = nameOf(row.path);
          return (
            <Button
              size="compact-xs"
              variant="default"
              disabled={chosen.has(uri)}
              aria-label={chosen.has(uri) ? `Added ${name}` : `Add ${name}`}
              onClick={() => onAdd(uri)}
            >
              {chosen.has(uri) ? 'Added' : 'Add'}
            </Button>
          );
        },
      },
    ],
    [bucket, chosen, onAdd, onGo],
  );
  return (
    <DataTable
      label={`Objects of ${bucket}`}
      listId={prefix}
      {...source}
      columns={columns}
      rowId={(row) => row.path}
      onOpen={(row) => (row.isFolder ? onGo(bucket, row.path) : onAdd(`s3://${bucket}/${row.path}`))}
      errorTitle="The bucket could not be listed"
      empty={<EmptyState title="Nothing here">This prefix holds no object.</EmptyState>}
    />
  );
}
