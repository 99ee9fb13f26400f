/** Differences of two tables of separated values: columns by name, rows by alignment, cells one by one. */
import { diffArrays } from 'diff';
import type { Csv } from '../preview/csv';

export interface CsvRow {
  kind: 'same' | 'added' | 'removed' | 'changed';
  /** Which row of its file it is, from 1, the header not counted; absent where the side has no such row. */
  leftRow?: number;
  rightRow?: number;
  /** By the columns of the difference; absent where the side has no such column or row. */
  left?: (string | undefined)[];
  right?: (string | undefined)[];
}

export interface CsvColumn {
  name: string;
  kind: 'same' | 'added' | 'removed';
}

export interface CsvDiff {
  columns: CsvColumn[];
  rows: CsvRow[];
}

const timeoutMs = 2000;

/** Undefined: no alignment was found in time. */
export function diffCsv(left: Csv, right: Csv): CsvDiff | undefined {
  const { header: leftHead, rows: leftBody } = left;
  const { header: rightHead, rows: rightBody } = right;
  const columns: CsvColumn[] = [
    ...leftHead.map((name) => ({
      name,
      kind: rightHead.includes(name) ? ('same' as const) : ('removed' as const),
    })),
    ...rightHead.filter((name) => !leftHead.includes(name)).map((name) => ({ name, kind: 'added' as const })),
  ];
  const place = (head: string[]) => columns.map((column) => head.indexOf(column.name));
  const leftPlace = place(leftHead);
  const rightPlace = place(rightHead);
  const spread = (cells: string[], places: number[]) =>
    places.map((at) => (at === -1 ? undefined : (cells[at] ?? '')));
  const a = leftBody.map((cells) => spread(cells, leftPlace));
  const b = rightBody.map((cells) => spread(cells, rightPlace));
  // A new column is no reason to call every row changed: rows are aligned by the columns that both have.
  const shared = columns.flatMap((column, at) => (column.kind === 'same' ? [at] : []));
  const keyOf = (cells: (string | undefined)[]) => shared.map((at) => cells[at]).join('\u0000');
  const parts = diffArrays(a.map(keyOf), b.map(keyOf), { timeout: timeoutMs });
  if (!parts) return undefined;

  const rows: CsvRow[] = [];
  let leftAt = 0;
  let rightAt = 0;
  for (let index = 0; index < parts.length; ++index) {
    const part = parts[index];
    if (!part) continue;
    const next = parts[index + 1];
    if (!part.added && !part.removed) {
      for (let count = part.value.length; count > 0; --count) {
        rows.push({
          kind: 'same',
          leftRow: leftAt + 1,
          rightRow: rightAt + 1,
          left: a[leftAt++],
          right: b[rightAt++],
        });
      }
      continue;
    }
    const isPair = next !== undefined && (next.added || next.removed) && next.added !== part.added;
    const removedCount = part.removed ? part.value.length : isPair ? next.value.length : 0;
    const addedCount = part.added ? part.value.length : isPair ? next.value.length : 0;
    if (isPair) index += 1;
    const [leftFirst, rightFirst] = [leftAt, rightAt];
    const removed = a.slice(leftAt, (leftAt += removedCount));
    const added = b.slice(rightAt, (rightAt += addedCount));
    for (const row of pairUp(removed, added)) rows.push(numbered(row, leftFirst, rightFirst));
  }
  return { columns, rows };
}

/** Rows that were exchanged, those with the same first cell being one row that changed. Numbered within their lists. */
function pairUp(removed: (string | undefined)[][], added: (string | undefined)[][]): CsvRow[] {
  const rows: CsvRow[] = [];
  let from = 0;
  const addUntil = (end: number) => {
    for (; from < end; ++from) rows.push({ kind: 'added', rightRow: from + 1, right: added[from] });
  };
  removed.forEach((old, index) => {
    const at = added.findIndex((row, place) => place >= from && row[0] === old[0]);
    if (at === -1) {
      rows.push({ kind: 'removed', leftRow: index + 1, left: old });
      return;
    }
    addUntil(at);
    rows.push({ kind: 'changed', leftRow: index + 1, rightRow: at + 1, left: old, right: added[at] });
    from = at + 1;
  });
  addUntil(added.length);
  return rows;
}

/** The row as one of whole files, in which the exchanged parts begin after so many rows. */
function numbered(row: CsvRow, leftBefore: number, rightBefore: number): CsvRow {
  return {
    ...row,
    ...(row.leftRow === undefined ? {} : { leftRow: row.leftRow + leftBefore }),
    ...(row.rightRow === undefined ? {} : { rightRow: row.rightRow + rightBefore }),
  };
}
