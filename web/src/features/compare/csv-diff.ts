/** Differences of two tables of separated values: columns by name, rows by alignment, cells one by one. */
import { diffArrays } from 'diff';
import type { Csv } from '../../widgets/preview/csv';

export interface CsvRow {
  kind: 'same' | 'added' | 'removed' | 'changed';
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
        rows.push({ kind: 'same', left: a[leftAt++], right: b[rightAt++] });
      }
      continue;
    }
    const isPair = next !== undefined && (next.added || next.removed) && next.added !== part.added;
    const removedCount = part.removed ? part.value.length : isPair ? next.value.length : 0;
    const addedCount = part.added ? part.value.length : isPair ? next.value.length : 0;
    if (isPair) index += 1;
    const removed = a.slice(leftAt, (leftAt += removedCount));
    const added = b.slice(rightAt, (rightAt += addedCount));
    rows.push(...pairUp(removed, added));
  }
  return { columns, rows };
}

/** Rows that were exchanged: those with the same first cell are one row that changed. */
function pairUp(removed: (string | undefined)[][], added: (string | undefined)[][]): CsvRow[] {
  const rows: CsvRow[] = [];
  let from = 0;
  for (const old of removed) {
    const at = added.findIndex((row, index) => index >= from && row[0] === old[0]);
    if (at === -1) {
      rows.push({ kind: 'removed', left: old });
      continue;
    }
    for (const row of added.slice(from, at)) rows.push({ kind: 'added', right: row });
    rows.push({ kind: 'changed', left: old, right: added[at] });
    from = at + 1;
  }
  for (const row of added.slice(from)) rows.push({ kind: 'added', right: row });
  return rows;
}
