import { SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import {
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
  type SchemaTree,
} from 'hyparquet';
import { useMemo, useState, type ReactElement } from 'react';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { ErrorState } from '../../ui/ErrorState';
import { formatBytes, formatCount, formatPlural } from '../../ui/format';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { Note } from './HeadOfObject';
import { columnsWithin, schemaRows, valueText } from './parquet';
import { codecs } from './parquet-codecs';
import classes from './preview.module.css';
import { RowsTable, type ValueRow } from './RowsTable';
import type { PreviewSource } from './source';

const rowsAtOnce = 200;
/** More of one row group is not read to show rows: columns are left out. */
const readBytesMax = 32 * 1024 * 1024;

/** A Parquet file: its rows, read range by range, and its schema. */
export function ParquetView({ source }: { source: PreviewSource }): ReactElement {
  const [part, setPart] = useState('rows');
  const file = useMemo<AsyncBuffer>(
    () => ({
      byteLength: source.sizeBytes,
      slice: async (start, end) => (await source.read(start, end ?? source.sizeBytes)).arrayBuffer(),
    }),
    [source],
  );
  // All else follows from the source.
  // eslint-disable-next-line @tanstack/query/exhaustive-deps
  const { data: metadata, error } = useQuery({
    queryKey: ['preview', ...source.id, 'parquet'],
    queryFn: () => parquetMetadataAsync(file),
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
  });
  if (error) return <ErrorState title="This cannot be read as Parquet" error={error} />;
  if (!metadata) return <LoadingState rows={10} />;
  const rowCount = Number(metadata.num_rows);
  return (
    <>
      <div className={classes.textBar}>
        <span className={classes.soft}>
          {formatPlural(rowCount, 'row')} · {formatPlural(parquetSchema(metadata).children.length, 'column')}{' '}
          · {formatPlural(metadata.row_groups.length, 'row group')}
        </span>
        <SegmentedControl
          size="xs"
          aria-label="Part of the file"
          data={[
            { value: 'rows', label: 'Rows' },
            { value: 'schema', label: 'Schema' },
          ]}
          value={part}
          onChange={setPart}
        />
      </div>
      {part === 'rows' ? (
        <Rows source={source} file={file} metadata={metadata} />
      ) : (
        <Schema metadata={metadata} />
      )}
    </>
  );
}

function Rows({
  source,
  file,
  metadata,
}: {
  source: PreviewSource;
  file: AsyncBuffer;
  metadata: FileMetaData;
}): ReactElement {
  const rowCount = Number(metadata.num_rows);
  const all = parquetSchema(metadata).children.map((child) => child.element.name);
  const columns = useMemo(() => columnsWithin(metadata, readBytesMax), [metadata]);
  // All else follows from the source.
  // eslint-disable-next-line @tanstack/query/exhaustive-deps
  const query = useInfiniteQuery({
    queryKey: ['preview', ...source.id, 'parquet', 'rows'],
    queryFn: async ({ pageParam }): Promise<ValueRow[]> => {
      const rows: ValueRow[] = [];
      await parquetRead({
        file,
        metadata,
        compressors: codecs,
        columns,
        rowFormat: 'array',
        rowStart: pageParam,
        rowEnd: Math.min(rowCount, pageParam + rowsAtOnce),
        useOffsetIndex: true,
        onComplete: (values: unknown[][]) => {
          values.forEach((row, at) => rows.push({ index: pageParam + at, values: row.map(valueText) }));
        },
      });
      return rows;
    },
    initialPageParam: 0,
    getNextPageParam: (page) => {
      const next = (page.at(-1)?.index ?? rowCount) + 1;
      return next < rowCount ? next : undefined;
    },
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
  });
  const rows = useInfiniteRows(query, (page) => page);
  return (
    <>
      {columns.length < all.length && (
        <Note>
          {columns.length} of {all.length} columns are shown: the row groups of this file are too large to
          read more of them.
        </Note>
      )}
      <RowsTable header={columns} source={rows} label="Rows" />
    </>
  );
}

function Schema({ metadata }: { metadata: FileMetaData }): ReactElement {
  const root: SchemaTree = parquetSchema(metadata);
  const rows = schemaRows(root);
  const compressed = metadata.row_groups.flatMap((group) =>
    group.columns.map((column) => Number(column.meta_data?.total_compressed_size ?? 0)),
  );
  const used = new Set(
    metadata.row_groups.flatMap((group) =>
      group.columns.map((column) => column.meta_data?.codec ?? 'unknown'),
    ),
  );
  return (
    <div className={classes.document} tabIndex={0} role="region" aria-label="Schema">
      <KeyValueTable
        rows={[
          { label: 'Rows', value: formatCount(Number(metadata.num_rows)) },
          { label: 'Row groups', value: formatCount(metadata.row_groups.length) },
          {
            label: 'Compressed data',
            value: `${formatBytes(compressed.reduce((sum, size) => sum + size, 0))}, ${[...used].join(', ')}`,
          },
          { label: 'Written by', value: metadata.created_by ?? 'unknown' },
        ]}
      />
      <table className={classes.schema}>
        <thead>
          <tr>
            <th>Column</th>
            <th>Type</th>
            <th>Values</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.path}>
              <td style={{ paddingLeft: 8 + row.depth * 18 }}>{row.name}</td>
              <td>{row.type}</td>
              <td>{row.repetition}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
