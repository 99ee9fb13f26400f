import type { ReactNode } from 'react';
import type { RowList } from './rows';

export interface Column<Row> {
  id: string;
  header: string;
  /** One line; what does not fit is cut with an ellipsis. */
  cell: (row: Row, index: number) => ReactNode;
  /** Pixels; 140 unless told. */
  width?: number;
  widthMin?: number;
  /** Takes the width that is left. */
  grow?: boolean;
  align?: 'left' | 'right';
  sortable?: boolean;
}

export interface Sort {
  column: string;
  direction: 'asc' | 'desc';
}

/** A line of a row's menu. */
export interface RowAction {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** A line is drawn above it. */
  separated?: boolean;
}

/** Rows and how to get more: what `useInfiniteRows` answers, or `{ rows }` of an array, to be spread into a DataTable. */
export interface RowSource<Row> {
  rows: RowList<Row>;
  isPending?: boolean;
  error?: unknown;
  onRetry?: () => void;
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onLoadMore?: () => void;
}

export interface DataTableProps<Row> extends RowSource<Row> {
  /** What the rows are, for those who hear the page: "Branches". */
  label: string;
  /** Which rows of that kind: a filter, a folder. Of other rows the table begins at the top. */
  listId?: string;
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** Where it is known: all rows, loaded or not. */
  total?: number;
  /** Shown when there is no row at all. */
  empty: ReactNode;
  /** What could not be done, above the server's message. */
  errorTitle?: string;
  /** Sorting is the caller's: of the rows in hand, or by the server. */
  sort?: Sort;
  onSortChange?: (sort: Sort) => void;
  /** Ids of rows; with `onSelectionChange` each row gets a box. */
  selection?: ReadonlySet<string>;
  onSelectionChange?: (selection: ReadonlySet<string>) => void;
  /** Enter or double click. */
  onOpen?: (row: Row) => void;
  /** The menu at the end of the row, also by right click and the menu key. */
  rowMenu?: (row: Row) => RowAction[];
  /** Ids of columns that are left out. */
  hiddenColumns?: ReadonlySet<string>;
  /** The row that the page is about, such as the one whose info is open. */
  currentId?: string;
  rowHeight?: number;
  /** Pixels; without it the table fills its parent, which has to have a height. */
  height?: number;
}
