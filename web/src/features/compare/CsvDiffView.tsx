import { Switch } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column } from '../../ui/DataTable/types';
import { EmptyState } from '../../ui/EmptyState';
import { formatPlural } from '../../ui/format';
import classes from './compare.module.css';
import { separatorOf } from './content';
import { diffCsv, parseCsv, type CsvColumn, type CsvRow } from './csv-diff';

/** Columns past this are not shown: a table of thousands is read by a program. */
const columnsMax = 100;
const signs = { same: '', added: '+', removed: '−', changed: '~' };

interface NumberedRow {
  number: number;
  row: CsvRow;
}

/** Two tables as one: rows and cells that differ are marked, both values of a cell are shown. */
export function CsvDiffView({
  path,
  left,
  right,
}: {
  path: string;
  left: string;
  right: string;
}): ReactElement {
  const [withSame, setWithSame] = useState(false);
  const diff = useMemo(() => {
    const separator = separatorOf(path);
    return diffCsv(parseCsv(left, separator), parseCsv(right, separator));
  }, [path, left, right]);
  const rows = useMemo(
    () =>
      (diff?.rows ?? [])
        .map((row, index) => ({ number: index + 1, row }))
        .filter(({ row }) => withSame || row.kind !== 'same'),
    [diff, withSame],
  );
  const columns = useMemo(() => (diff ? tableColumns(diff.columns) : []), [diff]);
  if (!diff) {
    return (
      <EmptyState title="Too different to be compared row by row">The text can be looked at.</EmptyState>
    );
  }
  const changed = diff.columns.filter((column) => column.kind !== 'same');
  const counts = (['added', 'removed', 'changed'] as const).map(
    (kind) => [kind, diff.rows.filter((row) => row.kind === kind).length] as const,
  );
  return (
    <>
      <div className={classes.bar}>
        <Switch
          size="xs"
          label="Show rows that are the same"
          checked={withSame}
          onChange={(event) => setWithSame(event.currentTarget.checked)}
        />
        <span className={classes.soft}>
          {counts
            .filter(([, count]) => count > 0)
            .map(([kind, count]) => `${formatPlural(count, 'row')} ${kind}`)
            .join(', ')}
          {changed.length > 0 &&
            ` · columns: ${changed.map((column) => `${signs[column.kind]}${column.name}`).join(', ')}`}
          {diff.columns.length > columnsMax && ` · the first ${columnsMax} columns are shown`}
        </span>
      </div>
      <DataTable<NumberedRow>
        label="Differences of the table"
        rows={rows}
        columns={columns}
        rowId={({ number }) => String(number)}
        rowHeight={28}
        empty={
          <EmptyState title="No row differs">
            {changed.length > 0 ? 'Only columns were added or removed.' : 'Only quotes or line ends differ.'}
          </EmptyState>
        }
      />
    </>
  );
}

function tableColumns(columns: readonly CsvColumn[]): Column<NumberedRow>[] {
  return [
    {
      id: 'kind',
      header: 'Row',
      width: 64,
      cell: ({ number, row }) => (
        <span className={row.kind === 'same' ? classes.soft : classes[`${row.kind}Text`]}>
          {signs[row.kind]} {number}
        </span>
      ),
    },
    ...columns.slice(0, columnsMax).map((column, at): Column<NumberedRow> => ({
      id: `c${at}`,
      header: `${column.kind === 'same' ? '' : signs[column.kind]}${column.name}`,
      width: 130,
      cell: ({ row }) => <Cell row={row} at={at} />,
    })),
  ];
}

function Cell({ row, at }: { row: CsvRow; at: number }): ReactElement {
  const left = row.left?.[at];
  const right = row.right?.[at];
  if (left === right) return <>{left}</>;
  return (
    <>
      {left !== undefined && <del className={classes.removedMark}>{left}</del>}{' '}
      {right !== undefined && <ins className={classes.addedMark}>{right}</ins>}
    </>
  );
}
