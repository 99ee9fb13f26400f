/**
 * The table of every list: sticky header, sorted and resized columns, selection, a menu on each row, and any number of
 * rows, of which only those in view exist. TanStack Table keeps the columns' state; it is given no rows, because its row
 * model would be built anew for all of them at each page that arrives.
 */
import { Button, Checkbox, Loader } from '@mantine/core';
import {
  getCoreRowModel,
  useReactTable,
  type ColumnDef,
  type ColumnSizingState,
  type Header,
} from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
} from 'react';
import { ErrorState, messageOf } from '../ErrorState';
import { LoadingState } from '../LoadingState';
import { scrollId } from '../scroll-id';
import classes from './DataTable.module.css';
import { sliceRows } from './rows';
import { RowMenu, type RowMenuPlace } from './RowMenu';
import { TableRow } from './TableRow';
import type { Column, DataTableProps, Sort } from './types';
import { useRowWindow } from './useRowWindow';

const widthDefault = 140;
const widthMinDefault = 64;
const boxWidth = 36;
const menuWidth = 40;
const sidePadding = 40;
const headerHeight = 35;
/** More rows are asked for when so many are left below the view. */
const loadAhead = 300;

export function DataTable<Row>(props: DataTableProps<Row>): ReactElement {
  const { rows, empty, error, isPending = false, height } = props;
  if (rows.length === 0) {
    if (error !== undefined) {
      return <ErrorState title={props.errorTitle} error={error} onRetry={props.onRetry} />;
    }
    if (isPending) return <LoadingState rows={10} label={`Loading: ${props.label}`} />;
    return <>{empty}</>;
  }
  return (
    <div className={classes.frame} style={{ height }}>
      <Grid {...props} />
    </div>
  );
}

function Grid<Row>(props: DataTableProps<Row>): ReactElement {
  const {
    rows,
    columns,
    rowId,
    selection,
    onSelectionChange,
    rowMenu,
    hasMore = false,
    rowHeight = 34,
  } = props;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [anchor, setAnchor] = useState(0);
  const [menu, setMenu] = useState<RowMenuPlace>();
  const withBoxes = onSelectionChange !== undefined;
  const { visible, headers, template, width } = useColumns(props, withBoxes, rowMenu !== undefined);
  const shownRows = rows.length + (hasMore || props.error !== undefined ? 1 : 0);
  const view = useRowWindow(scroller, shownRows, rowHeight, headerHeight);
  const activeIndex = Math.min(active, rows.length - 1);
  const listId = props.listId ?? '';
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    setActive(0);
    setAnchor(0);
  }, [listId]);

  const { onLoadMore, isLoadingMore, error } = props;
  const wantsMore = hasMore && !isLoadingMore && error === undefined && view.end + loadAhead > rows.length;
  useEffect(() => {
    if (wantsMore) onLoadMore?.();
    // `onLoadMore` is new at each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wantsMore, rows.length]);

  const moveTo = (index: number, extend = false) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    view.scrollTo(next);
    if (extend) selectRange(anchor, next);
    else setAnchor(next);
  };
  const selectRange = (from: number, to: number) => {
    if (!onSelectionChange) return;
    const range = sliceRows(rows, Math.min(from, to), Math.max(from, to) + 1);
    onSelectionChange(new Set([...(selection ?? []), ...range.map(rowId)]));
  };
  const toggle = (index: number) => {
    const row = rows.at(index);
    if (!onSelectionChange || row === undefined) return;
    const next = new Set(selection);
    if (!next.delete(rowId(row))) next.add(rowId(row));
    onSelectionChange(next);
    setAnchor(index);
  };
  const openMenu = (index: number, x: number, y: number) => {
    const row = rows.at(index);
    if (!rowMenu || row === undefined) return;
    setActive(index);
    setMenu({ x, y, actions: rowMenu(row) });
  };
  const openMenuByKey = () => {
    const element = document.getElementById(`${gridId}-${activeIndex}`);
    const box = element?.getBoundingClientRect();
    // A menu closes at a key outside of it, the one that opens it included: it opens when that is dealt with.
    if (box) setTimeout(() => openMenu(activeIndex, box.left + 60, box.bottom - 4));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // Keys in a field or on a button of a cell are theirs.
    if (event.target !== event.currentTarget) return;
    const row = rows.at(activeIndex);
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      PageDown: activeIndex + view.rowsInView,
      PageUp: activeIndex - view.rowsInView,
      Home: 0,
      End: rows.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) moveTo(target, event.shiftKey && withBoxes);
    else if (event.key === 'Enter' && row !== undefined && props.onOpen) props.onOpen(row);
    else if (event.key === ' ' && withBoxes) toggle(activeIndex);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && withBoxes)
      selectRange(0, rows.length - 1);
    else if (event.key === 'Escape' && withBoxes && selection && selection.size > 0)
      onSelectionChange(new Set());
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenuByKey();
    else return;
    event.preventDefault();
  };
  const onRowClick = (index: number, event: MouseEvent) => {
    setActive(index);
    if (event.shiftKey && withBoxes) selectRange(anchor, index);
    else if ((event.ctrlKey || event.metaKey) && withBoxes) toggle(index);
    else setAnchor(index);
  };

  const allSelected = useMemo(
    () =>
      selection !== undefined &&
      selection.size >= rows.length &&
      sliceRows(rows, 0, rows.length).every((row) => selection.has(rowId(row))),
    // `rowId` is new at each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [rows, selection],
  );
  const activeIsRendered = activeIndex >= view.first && activeIndex < view.end;
  const indexes = Array.from(
    { length: Math.max(0, Math.min(view.end, rows.length) - view.first) },
    (_, at) => view.first + at,
  );
  return (
    <>
      <div
        ref={scroller}
        className={classes.scroller}
        {...scrollId(props.label, listId)}
        style={{ '--table-columns': template, '--table-width': `${width}px` } as CSSProperties}
        role="grid"
        aria-label={props.label}
        aria-rowcount={props.total ?? (hasMore ? -1 : rows.length + 1)}
        aria-colcount={visible.length + (withBoxes ? 1 : 0) + (rowMenu ? 1 : 0)}
        aria-multiselectable={withBoxes || undefined}
        aria-activedescendant={activeIsRendered ? `${gridId}-${activeIndex}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={classes.header}>
          <div role="row" aria-rowindex={1} className={classes.headerRow}>
            {withBoxes && (
              <div role="columnheader" className={classes.box}>
                <Checkbox
                  size="xs"
                  aria-label="Select all loaded rows"
                  checked={allSelected}
                  indeterminate={!allSelected && selection !== undefined && selection.size > 0}
                  onChange={() =>
                    onSelectionChange(allSelected ? new Set() : new Set(Array.from(rows, rowId)))
                  }
                />
              </div>
            )}
            {headers.map((header) => (
              <HeaderCell
                key={header.id}
                header={header}
                column={columns.find((column) => column.id === header.id)}
                sort={props.sort}
                onSortChange={props.onSortChange}
              />
            ))}
            {rowMenu && (
              <div role="columnheader">
                <span className="ab-visually-hidden">Actions</span>
              </div>
            )}
          </div>
        </div>
        <div role="rowgroup" className={classes.body} style={{ height: view.height }}>
          {indexes.map((index) => {
            const row = rows.at(index);
            if (row === undefined) return null;
            const id = rowId(row);
            return (
              <TableRow
                key={id}
                id={`${gridId}-${index}`}
                row={row}
                index={index}
                columns={visible}
                top={view.top(index)}
                height={rowHeight}
                isActive={index === activeIndex}
                isCurrent={id === props.currentId}
                isSelected={withBoxes ? (selection?.has(id) ?? false) : undefined}
                onToggle={toggle}
                onClick={onRowClick}
                onOpen={props.onOpen}
                onMenu={rowMenu && openMenu}
              />
            );
          })}
          {shownRows > rows.length && view.end >= shownRows && (
            <div
              className={classes.more}
              style={{ top: view.top(rows.length), height: rowHeight }}
              role="row"
            >
              <div role="gridcell">
                <MoreRows error={error} onRetry={props.onRetry} />
              </div>
            </div>
          )}
        </div>
      </div>
      {menu && (
        <RowMenu
          place={menu}
          onClose={() => {
            setMenu(undefined);
            scroller.current?.focus();
          }}
        />
      )}
    </>
  );
}

function useColumns<Row>(props: DataTableProps<Row>, withBoxes: boolean, withMenu: boolean) {
  const { columns, hiddenColumns } = props;
  const [sizing, setSizing] = useState<ColumnSizingState>({});
  const definitions = useMemo<ColumnDef<Row>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: column.header,
        size: column.width ?? widthDefault,
        minSize: column.widthMin ?? widthMinDefault,
      })),
    [columns],
  );
  const table = useReactTable<Row>({
    data: noRows,
    columns: definitions,
    getCoreRowModel: getCoreRowModel(),
    columnResizeMode: 'onChange',
    state: {
      columnSizing: sizing,
      columnVisibility: Object.fromEntries([...(hiddenColumns ?? [])].map((id) => [id, false])),
    },
    onColumnSizingChange: setSizing,
  });
  const visible = columns.filter((column) => !hiddenColumns?.has(column.id));
  const widthOf = (column: Column<Row>) => sizing[column.id] ?? column.width ?? widthDefault;
  const tracks = visible.map((column) =>
    column.grow && sizing[column.id] === undefined
      ? `minmax(${widthOf(column)}px, 1fr)`
      : `${widthOf(column)}px`,
  );
  // Where nothing grows, the rest of the line is empty, and the menu stays at its end.
  const growing = visible.some((column) => column.grow && sizing[column.id] === undefined);
  const template = [
    withBoxes ? `${boxWidth}px` : '',
    ...tracks,
    withMenu ? (growing ? `${menuWidth}px` : `minmax(${menuWidth}px, 1fr)`) : '',
  ].join(' ');
  const width =
    visible.reduce((sum, column) => sum + widthOf(column), 0) +
    (withBoxes ? boxWidth : 0) +
    (withMenu ? menuWidth : 0) +
    sidePadding;
  return {
    visible,
    headers: table.getFlatHeaders().filter((header) => header.column.getIsVisible()),
    template,
    width,
  };
}

const noRows: never[] = [];

function HeaderCell<Row>({
  header,
  column,
  sort,
  onSortChange,
}: {
  header: Header<Row, unknown>;
  column: Column<Row> | undefined;
  sort: Sort | undefined;
  onSortChange: ((sort: Sort) => void) | undefined;
}): ReactElement | null {
  if (!column) return null;
  const sorted = sort?.column === column.id ? sort.direction : undefined;
  const Arrow = sorted === 'desc' ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      className={`${classes.headerCell} ${column.align === 'right' ? classes.right : ''}`}
      aria-sort={sorted ? (sorted === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {column.sortable && onSortChange ? (
        <button
          type="button"
          className={`${classes.sortButton} ${sorted ? classes.sorted : ''}`}
          onClick={() => onSortChange({ column: column.id, direction: sorted === 'asc' ? 'desc' : 'asc' })}
        >
          {column.header}
          {sorted && <Arrow size={12} aria-hidden />}
        </button>
      ) : (
        column.header
      )}
      <div
        className={classes.resizer}
        onMouseDown={header.getResizeHandler()}
        onTouchStart={header.getResizeHandler()}
        onDoubleClick={() => header.column.resetSize()}
      />
    </div>
  );
}

function MoreRows({ error, onRetry }: { error: unknown; onRetry: (() => void) | undefined }): ReactElement {
  if (error === undefined) {
    return (
      <span>
        <Loader size={12} mr={8} aria-hidden /> Loading more
      </span>
    );
  }
  return (
    <span role="alert">
      {messageOf(error)}{' '}
      {onRetry && (
        <Button size="compact-xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </span>
  );
}
