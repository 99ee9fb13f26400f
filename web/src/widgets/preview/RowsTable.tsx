/** A table of values that came from a file. */
import { useMemo, type ReactElement } from 'react';
import { DataTable } from '../../ui/DataTable/DataTable';
import { sliceRows } from '../../ui/DataTable/rows';
import type { Column, RowSource } from '../../ui/DataTable/types';
import { sampledRows, valueColumnsMax, valueWidth } from '../../ui/DataTable/value-columns';
import { EmptyState } from '../../ui/EmptyState';
import { visibleText } from './content';
import { Note } from './HeadOfObject';
import classes from './preview.module.css';

export interface ValueRow {
  index: number;
  values: readonly string[];
}

export function RowsTable({
  header,
  source,
  label,
}: {
  header: readonly string[];
  source: RowSource<ValueRow>;
  label: string;
}): ReactElement {
  const sample = sliceRows(source.rows, 0, sampledRows);
  const shape = header
    .slice(0, valueColumnsMax)
    .map((name, at) => {
      const lengths = sample.map((row) => row.values[at]?.length ?? 0);
      const isNumber =
        sample.length > 0 && sample.every((row) => /^$|^-?\d[\d.]*(e[+-]?\d+)?$/i.test(row.values[at] ?? ''));
      return `${valueWidth(name, lengths)} ${isNumber ? 'right' : 'left'}`;
    })
    .join('\n');
  const columns = useMemo<Column<ValueRow>[]>(
    () => [
      {
        id: '#',
        header: '#',
        width: 64,
        align: 'right',
        cell: (row) => <span className={classes.soft}>{row.index + 1}</span>,
      },
      ...shape.split('\n').map((each, at): Column<ValueRow> => {
        const [width, align] = each.split(' ');
        return {
          id: String(at),
          header: visibleText(header[at] ?? ''),
          width: Number(width),
          align: align === 'right' ? 'right' : 'left',
          cell: (row) => {
            const value = row.values[at];
            return <span title={value}>{visibleText(value ?? '')}</span>;
          },
        };
      }),
    ],
    [shape, header],
  );
  return (
    <>
      {header.length > valueColumnsMax && (
        <Note>
          The first {valueColumnsMax} of {header.length} columns are shown.
        </Note>
      )}
      <DataTable
        label={label}
        {...source}
        columns={columns}
        rowId={(row) => String(row.index)}
        rowHeight={28}
        empty={<EmptyState title="No rows">There is a header and nothing below it.</EmptyState>}
      />
    </>
  );
}
