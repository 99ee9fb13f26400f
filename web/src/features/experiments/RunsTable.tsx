/**
 * The table of runs: any number of rows and columns, of which those in view exist; the name stays at the left. A row is
 * rendered anew when its run changed, and not because another one did.
 */
import { Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Star } from 'lucide-react';
import {
  memo,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type RefObject,
} from 'react';
import type { Run } from '../../api/types';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import { swatchOf } from '../../ui/colors';
import { formatCount, formatMetric } from '../../ui/format';
import { RowCheck } from '../../ui/RowCheck';
import { scrollId } from '../../ui/scroll-id';
import { cellOf, columnWidth, isNumeric } from './cells';
import { useHighlight } from './highlight';
import type { Field } from './model/fields';
import type { Group, Row } from './model/rows';
import classes from './RunsTable.module.css';
import { StateIcon } from './StateBadge';
import { useColumnWindow, type PlacedColumn } from './useColumnWindow';

const rowHeight = 34;
const headerHeight = 35;
const boxWidth = 40;
const nameWidthMin = 150;
const nameWidthMax = 280;
/** In a pane so wide the name leaves room for the first column. */
const [narrowPane, narrowNameMax] = [600, 170];

export interface RunsTableProps {
  label: string;
  repository: string;
  rows: readonly Row[];
  columns: readonly Field[];
  sort: string;
  direction: 'asc' | 'desc';
  onSort: (sort: string, direction: 'asc' | 'desc') => void;
  selection?: ReadonlySet<string>;
  onSelectionChange?: (selection: ReadonlySet<string>) => void;
  closed?: ReadonlySet<string>;
  onToggleGroup?: (value: string) => void;
  onOpen: (run: Run) => void;
  /** Of runs that are drawn in a chart. */
  colors?: ReadonlyMap<string, string>;
  dashes?: ReadonlyMap<string, readonly number[]>;
  bestId?: string;
  /** The metric that groups and the best are about. */
  metric?: string;
}

export function RunsTable(props: RunsTableProps): ReactElement {
  const { rows, columns, selection, onSelectionChange } = props;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const highlight = useHighlight();
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const withBoxes = onSelectionChange !== undefined;
  const withState = !columns.some(({ id }) => id === 'state');
  const view = useRowWindow(scroller, rows.length, rowHeight, headerHeight);
  const isNarrow = useIsNarrow(scroller);
  const layout = useLayout(rows, columns, withBoxes, isNarrow);
  const columnView = useColumnWindow(scroller, layout.placed, layout.pinnedWidth);
  const shownColumns = useMemo(
    () => layout.placed.slice(columnView.first, columnView.end),
    [layout.placed, columnView],
  );
  const activeIndex = Math.max(0, Math.min(active, rows.length - 1));

  // Rows get functions that stay the same and read what is current.
  const current = useRef({ props, activeIndex });
  useEffect(() => {
    current.current = { props, activeIndex };
  });
  const actions = useMemo(() => makeActions(current, setActive, anchor), []);

  useEffect(
    () =>
      highlight.subscribe((run) => {
        const body = scroller.current;
        body?.querySelector('[data-highlighted]')?.removeAttribute('data-highlighted');
        if (run === undefined) return;
        body?.querySelector(`[data-run="${CSS.escape(run)}"]`)?.setAttribute('data-highlighted', '');
      }),
    [highlight],
  );

  const moveTo = (index: number, extend: boolean) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    view.scrollTo(next);
    if (extend) actions.selectRange(anchor.current, next);
    else anchor.current = next;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const row = rows[activeIndex];
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
    else if (event.key === 'Enter' && row) actions.open(activeIndex);
    else if (event.key === ' ' && row) actions.toggle(activeIndex);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const opens = event.key === 'ArrowRight';
      if (row?.kind === 'group' && (props.closed?.has(row.group.value) ?? false) === opens)
        props.onToggleGroup?.(row.group.value);
      else scroller.current?.scrollBy({ left: opens ? 120 : -120 });
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && withBoxes)
      actions.selectRange(0, rows.length - 1);
    else if (event.key === 'Escape' && selection && selection.size > 0) onSelectionChange?.(new Set());
    else return;
    event.preventDefault();
  };

  const runIds = useMemo(() => rows.flatMap((row) => (row.kind === 'run' ? row.id : [])), [rows]);
  const allSelected = withBoxes && runIds.length > 0 && runIds.every((id) => selection?.has(id));
  const indexes = Array.from({ length: Math.max(0, view.end - view.first) }, (_, at) => view.first + at);
  const columnCount = layout.placed.length + 1 + (withBoxes ? 1 : 0);
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      {...scrollId(props.label, props.repository)}
      role={props.closed ? 'treegrid' : 'grid'}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columnCount}
      aria-multiselectable={withBoxes || undefined}
      aria-activedescendant={
        activeIndex >= view.first && activeIndex < view.end ? `${gridId}-${activeIndex}` : undefined
      }
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseLeave={() => highlight.set(undefined)}
    >
      <div role="rowgroup" className={classes.header} style={{ width: layout.width }}>
        <div role="row" aria-rowindex={1} className={classes.headerRow}>
          <div className={classes.pinned} style={{ width: layout.pinnedWidth }} role="presentation">
            {withBoxes && (
              <div role="columnheader" aria-colindex={1} className={classes.box}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all runs"
                  checked={allSelected}
                  indeterminate={!allSelected && selection !== undefined && selection.size > 0}
                  onChange={() => onSelectionChange(allSelected ? new Set() : new Set(runIds))}
                />
              </div>
            )}
            <HeaderCell {...props} id="name" label="Run" index={withBoxes ? 2 : 1} />
          </div>
          {shownColumns.map((column, at) => (
            <div
              key={column.id}
              className={classes.place}
              style={{ left: column.left, width: column.width }}
              role="presentation"
            >
              <HeaderCell
                {...props}
                id={column.id}
                label={column.label}
                index={columnView.first + at + (withBoxes ? 3 : 2)}
              />
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={classes.body} style={{ height: view.height, width: layout.width }}>
        {indexes.map((index) => {
          const row = rows[index];
          if (!row) return null;
          const place = {
            id: `${gridId}-${index}`,
            index,
            top: view.top(index),
            isActive: index === activeIndex,
            pinnedWidth: layout.pinnedWidth,
            actions,
          };
          if (row.kind === 'group')
            return (
              <GroupRow
                key={row.id}
                {...place}
                group={row.group}
                isClosed={props.closed?.has(row.group.value) ?? false}
                metric={props.metric}
              />
            );
          return (
            <RunRow
              key={row.id}
              {...place}
              run={row.run}
              repository={props.repository}
              columns={shownColumns}
              firstColumn={columnView.first}
              cut={columnView.cut}
              isSelected={withBoxes ? (selection?.has(row.id) ?? false) : undefined}
              color={swatchOf(props.colors?.get(row.id), props.dashes?.get(row.id))}
              bestOf={row.id === props.bestId ? props.metric : undefined}
              isNested={props.closed !== undefined}
              withState={withState}
            />
          );
        })}
      </div>
    </div>
  );
}

interface Actions {
  toggle: (index: number) => void;
  open: (index: number) => void;
  click: (index: number, event: MouseEvent) => void;
  selectRange: (from: number, to: number) => void;
}

function makeActions(
  current: { current: { props: RunsTableProps } },
  setActive: (index: number) => void,
  anchor: { current: number },
): Actions {
  const idsOf = (row: Row | undefined): string[] =>
    row === undefined ? [] : row.kind === 'run' ? [row.id] : row.group.runs.map(({ id }) => id);
  const toggle = (index: number) => {
    const { rows, selection, onSelectionChange } = current.current.props;
    const ids = idsOf(rows[index]);
    const next = new Set(selection);
    const all = ids.every((id) => next.has(id));
    for (const id of ids) {
      if (all) next.delete(id);
      else next.add(id);
    }
    onSelectionChange?.(next);
    anchor.current = index;
  };
  const selectRange = (from: number, to: number) => {
    const { rows, selection, onSelectionChange } = current.current.props;
    const range = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    onSelectionChange?.(
      new Set([...(selection ?? []), ...range.flatMap((row) => (row.kind === 'run' ? row.id : []))]),
    );
  };
  return {
    toggle,
    selectRange,
    open: (index) => {
      const { rows, onOpen, onToggleGroup } = current.current.props;
      const row = rows[index];
      if (row?.kind === 'run') onOpen(row.run);
      else if (row) onToggleGroup?.(row.group.value);
    },
    click: (index, event) => {
      setActive(index);
      if (event.shiftKey) selectRange(anchor.current, index);
      else if (event.ctrlKey || event.metaKey) toggle(index);
      else anchor.current = index;
    },
  };
}

function useIsNarrow(scroller: RefObject<HTMLElement | null>): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const update = () => setNarrow(element.clientWidth < narrowPane);
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return isNarrow;
}

/** Where columns go. Widths follow the first rows, so that a change of one run moves nothing. */
function useLayout(rows: readonly Row[], columns: readonly Field[], withBoxes: boolean, isNarrow: boolean) {
  const sample = rows
    .slice(0, 60)
    .flatMap((row) => (row.kind === 'run' ? row.run : row.group.runs.slice(0, 5)));
  const longest = sample.reduce((most, run) => Math.max(most, run.name.length), 0);
  const nameWidth = Math.round(
    Math.min(isNarrow ? narrowNameMax : nameWidthMax, Math.max(nameWidthMin, longest * 7.4 + 70)),
  );
  const pinnedWidth = nameWidth + (withBoxes ? boxWidth : 14);
  const key = JSON.stringify(columns.map(({ id, label }) => [id, columnWidth(id, label, sample)]));
  return useMemo(() => {
    let left = pinnedWidth;
    const widths = JSON.parse(key) as [string, number][];
    const placed = widths.map(([id, width], index): PlacedColumn => {
      const column = { id, label: columns[index]?.label ?? id, left, width };
      left += width;
      return column;
    });
    return { placed, pinnedWidth, width: `max(100%, ${left + 12}px)` };
    // `key` is the columns' content.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, pinnedWidth]);
}

function HeaderCell({
  id,
  label,
  index,
  sort,
  direction,
  onSort,
}: RunsTableProps & { id: string; label: string; index: number }): ReactElement {
  const sorted = sort === id ? direction : undefined;
  const Arrow = sorted === 'desc' ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      aria-colindex={index}
      className={`${classes.headerCell} ${isNumeric(id) ? classes.right : ''}`}
      aria-sort={sorted ? (sorted === 'asc' ? 'ascending' : 'descending') : undefined}
      title={label}
    >
      <button
        type="button"
        className={`${classes.sortButton} ${sorted ? classes.sorted : ''}`}
        onClick={() => onSort(id, sorted === 'desc' ? 'asc' : 'desc')}
      >
        <span>{label}</span>
        {sorted && <Arrow size={12} aria-hidden />}
      </button>
    </div>
  );
}

interface Placed {
  id: string;
  index: number;
  top: number;
  isActive: boolean;
  pinnedWidth: number;
  actions: Actions;
}

interface RunRowProps extends Placed {
  run: Run;
  repository: string;
  columns: readonly PlacedColumn[];
  firstColumn: number;
  cut: string;
  isSelected: boolean | undefined;
  color: string | undefined;
  bestOf: string | undefined;
  isNested: boolean;
  /** Where the state has no column of its own. */
  withState: boolean;
}

const RunRow = memo(function RunRow(props: RunRowProps): ReactElement {
  const { run, index, isSelected, color, actions, columns } = props;
  const cut = props.cut === '' ? [] : props.cut.split('\n');
  const highlight = useHighlight();
  const nameIndex = isSelected === undefined ? 1 : 2;
  return (
    <div
      id={props.id}
      role="row"
      aria-rowindex={index + 2}
      aria-level={props.isNested ? 2 : undefined}
      aria-selected={isSelected}
      data-run={run.id}
      className={`${classes.row} ${props.isActive ? classes.active : ''}`}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={(event) => actions.click(index, event)}
      onDoubleClick={() => actions.open(index)}
      onMouseEnter={() => highlight.set(run.id)}
    >
      <div className={classes.pinned} style={{ width: props.pinnedWidth }} role="presentation">
        {isSelected !== undefined && (
          <div role="gridcell" aria-colindex={1} className={classes.box}>
            <RowCheck
              label={`Choose ${run.name}`}
              checked={isSelected}
              onChange={() => actions.toggle(index)}
            />
          </div>
        )}
        <div role="gridcell" aria-colindex={nameIndex} className={classes.name}>
          <span
            className={classes.swatch}
            style={{ background: color, visibility: color ? undefined : 'hidden' }}
          />
          {props.withState && <StateIcon state={run.state} />}
          <Link
            to="/repositories/$repository/experiments/runs/$run"
            params={{ repository: props.repository, run: run.id }}
            title={run.name}
            tabIndex={-1}
          >
            {run.name}
          </Link>
        </div>
      </div>
      {columns.map((column, at) => (
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={props.firstColumn + at + nameIndex + 1}
          className={`${classes.place} ${classes.cell} ${isNumeric(column.id) ? classes.right : ''} ${cut.includes(column.id) ? classes.cut : ''}`}
          style={{ left: column.left, width: column.width }}
        >
          {props.bestOf !== undefined && column.id === `metric.${props.bestOf}` && (
            <Star size={11} className={classes.best} role="img" aria-label="best" />
          )}
          {cellOf(run, column.id)}
        </div>
      ))}
    </div>
  );
});

const GroupRow = memo(function GroupRow({
  group,
  isClosed,
  metric,
  ...props
}: Placed & { group: Group; isClosed: boolean; metric: string | undefined }): ReactElement {
  const Chevron = isClosed ? ChevronRight : ChevronDown;
  return (
    <div
      id={props.id}
      role="row"
      aria-rowindex={props.index + 2}
      aria-level={1}
      aria-expanded={!isClosed}
      className={`${classes.row} ${classes.group} ${props.isActive ? classes.active : ''}`}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={(event) => {
        props.actions.click(props.index, event);
        props.actions.open(props.index);
      }}
    >
      <div role="gridcell" className={classes.groupCell}>
        <Chevron size={15} aria-hidden />
        <strong>{group.value}</strong>
        <span>{formatCount(group.runs.length)}</span>
        {metric !== undefined && group.best !== undefined && (
          <span>
            best {metric} <b>{formatMetric(group.best)}</b>
          </span>
        )}
        {group.mean !== undefined && (
          <span>
            mean <b>{formatMetric(group.mean)}</b>
          </span>
        )}
      </div>
    </div>
  );
});
