/** Rows by their index, counted from 0: an array, or a list that keeps them in less and makes those that are asked for. */
export interface RowList<Row> extends Iterable<Row> {
  readonly length: number;
  at: (index: number) => Row | undefined;
}

/** The rows [first, end). */
export function sliceRows<Row>(rows: RowList<Row>, first: number, end: number): Row[] {
  const result: Row[] = [];
  for (let index = Math.max(0, first); index < Math.min(rows.length, end); ++index) {
    result.push(rows.at(index) as Row);
  }
  return result;
}

export function filterRows<Row>(rows: RowList<Row>, matches: (row: Row) => boolean): Row[] {
  const result: Row[] = [];
  for (const row of rows) if (matches(row)) result.push(row);
  return result;
}

/** Pages as one list; a page more costs nothing per row. */
export class PagedRows<Row> implements RowList<Row> {
  readonly length: number;
  /** Of the first row of each page. */
  private readonly starts: readonly number[];

  constructor(private readonly pages: readonly RowList<Row>[]) {
    const starts: number[] = [];
    let length = 0;
    for (const page of pages) {
      starts.push(length);
      length += page.length;
    }
    this.starts = starts;
    this.length = length;
  }

  at(index: number): Row | undefined {
    if (index < 0 || index >= this.length) return undefined;
    // The last page that does not begin after it.
    let low = 0;
    let high = this.pages.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= index) low = middle;
      else high = middle;
    }
    return this.pages[low]?.at(index - (this.starts[low] ?? 0));
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (const page of this.pages) yield* page;
  }
}
