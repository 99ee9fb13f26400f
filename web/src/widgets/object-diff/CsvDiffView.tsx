import { Switch } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column } from '../../ui/DataTable/types';
import { sampledRows, valueColumnsMax, valueWidth } from '../../ui/DataTable/value-columns';
import { EmptyState } from '../../ui/EmptyState';
import { formatPlural } from '../../ui/format';
import { visibleText } from '../preview/content';
import { parseCsv } from '../preview/csv';
import classes from './diff.module.css';
import { diffCsv, type CsvDiff, type CsvRow } from './csv-diff';

const signs = { same: '', added: '+', removed: '−', changed: '~' };

interface NumberedRow {
  /** Its place in the list, for telling rows apart. */
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
  const diff = useMemo(
    () => diffCsv(parseCsv(path, left, false), parseCsv(path, right, false)),
    [path, left, right],
  );
  const rows = useMemo(
    () =>
      (diff?.rows ?? [])
        .map((row, index) => ({ number: index + 1, row }))
        .filter(({ row }) => withSame || row.kind !== 'same'),
    [diff, withSame],
  );
  const columns = useMemo(() => (diff ? tableColumns(diff) : []), [diff]);
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
          {diff.columns.length > valueColumnsMax && ` · the first ${valueColumnsMax} columns are shown`}
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

function tableColumns({ columns, rows }: CsvDiff): Column<NumberedRow>[] {
  const sample = rows.filter((row) => row.kind !== 'same').slice(0, sampledRows);
  return [
    {
      id: 'kind',
      header: 'Row',
      width: rows.length >= 10_000 ? 124 : 92,
      cell: ({ row }) => (
        <span
          className={row.kind === 'same' ? classes.soft : classes[`${row.kind}Text`]}
          title={placesText(row)}
        >
          {signs[row.kind]} {numbersText(row)}
        </span>
      ),
    },
    ...columns.slice(0, valueColumnsMax).map((column, at): Column<NumberedRow> => ({
      id: `c${at}`,
      header: `${column.kind === 'same' ? '' : signs[column.kind]}${column.name}`,
      width: valueWidth(
        column.name,
        sample.map((row) => cellLength(row, at)),
      ),
      cell: ({ row }) => <Cell row={row} at={at} />,
    })),
  ];
}

/** "51" where the row has one number, "51 → 52" where it moved. */
function numbersText({ leftRow, rightRow }: CsvRow): string {
  if (leftRow === undefined || rightRow === undefined || leftRow === rightRow)
    return String(leftRow ?? rightRow ?? '');
  return `${leftRow} → ${rightRow}`;
}

function placesText({ leftRow, rightRow }: CsvRow): string {
  const left = leftRow === undefined ? [] : [`row ${leftRow} at the left`];
  const right = rightRow === undefined ? [] : [`row ${rightRow} at the right`];
  return [...left, ...right].join(', ');
}

/** In characters: both values where they differ. */
function cellLength(row: CsvRow, at: number): number {
  const left = row.left?.[at];
  const right = row.right?.[at];
  return left === right ? (left?.length ?? 0) : (left?.length ?? 0) + (right?.length ?? 0) + 1;
}

function Cell({ row, at }: { row: CsvRow; at: number }): ReactElement {
  const left = row.left?.[at];
  const right = row.right?.[at];
  if (left === right) return <span title={left}>{visibleText(left ?? '')}</span>;
  return (
    <span title={[left, right].filter((each) => each !== undefined).join(' → ')}>
      {left !== undefined && <del className={classes.removedMark}>{visibleText(left)}</del>}{' '}
      {right !== undefined && <ins className={classes.addedMark}>{visibleText(right)}</ins>}
    </span>
  );
}
