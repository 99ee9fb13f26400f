/**
 * Differences as a tree of prefixes with counts and bytes. A prefix is asked for when it is opened, so that a difference of a
 * million objects costs what is looked at. Arrow keys walk it, right and left open and close, Enter chooses.
 */
import { ActionIcon, Loader } from '@mantine/core';
import { useQueries, type UseQueryOptions } from '@tanstack/react-query';
import { ChevronRight, Ellipsis, File, Folder } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import type { DiffSummary } from '../api/types';
import { RowMenu, type RowMenuPlace } from '../ui/DataTable/RowMenu';
import type { RowAction } from '../ui/DataTable/types';
import { useRowWindow } from '../ui/DataTable/useRowWindow';
import { messageOf } from '../ui/ErrorState';
import { formatBytes, formatCount } from '../ui/format';
import { changeOf, flatten, type ChangeType, type TreeRow } from './diff-rows';
import classes from './DiffTree.module.css';

const rowHeight = 32;

export interface DiffTreeProps {
  /** What is shown, for those who hear the page. */
  label: string;
  /** The query that counts what lies directly below a prefix. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each caller's query has a key type of its own
  summaryOf: (prefix: string) => UseQueryOptions<DiffSummary, Error, DiffSummary, any>;
  /** Prefixes that are open; kept by the page, in its URL. */
  open: readonly string[];
  onOpenChange: (open: string[]) => void;
  /** Where the tree begins. */
  root?: string;
  selected?: string;
  onSelect?: (path: string, change: ChangeType) => void;
  /** The menu of a prefix or an object: a button at the end of its row, right click, the menu key. */
  rowMenu?: (path: string, isPrefix: boolean) => RowAction[];
  conflictsOnly?: boolean;
  /** Pixels, at most; without it the tree fills its parent. */
  heightMax?: number;
  empty?: ReactNode;
}

export function DiffTree(props: DiffTreeProps): ReactElement {
  const {
    label,
    summaryOf,
    open,
    onOpenChange,
    root = '',
    selected,
    onSelect,
    conflictsOnly = false,
  } = props;
  const treeId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [menu, setMenu] = useState<RowMenuPlace>();
  const prefixes = [root, ...open.filter((prefix) => prefix !== root && prefix.startsWith(root))];
  const results = useQueries({ queries: prefixes.map((prefix) => summaryOf(prefix)) });
  const byPrefix = new Map(prefixes.map((prefix, index) => [prefix, results[index]]));
  const rows = flatten(
    root,
    (prefix) => {
      const result = byPrefix.get(prefix);
      if (!result) return undefined;
      if (result.isError) return { error: result.error };
      return { summary: result.data };
    },
    conflictsOnly,
  );
  const view = useRowWindow(scroller, rows.length, rowHeight, 0);
  const activeIndex = Math.max(0, Math.min(active, rows.length - 1));

  const toggle = (path: string) =>
    onOpenChange(open.includes(path) ? open.filter((other) => other !== path) : [...open, path]);
  const choose = (row: TreeRow | undefined) => {
    if (row?.kind === 'prefix') toggle(row.path);
    else if (row?.kind === 'object') onSelect?.(row.path, changeOf(row.counts));
    else if (row?.kind === 'error') void byPrefix.get(row.path)?.refetch();
  };
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    view.scrollTo(next);
  };
  const openMenu = (index: number, x: number, y: number) => {
    const row = rows[index];
    if (!props.rowMenu || (row?.kind !== 'prefix' && row?.kind !== 'object')) return;
    setActive(index);
    setMenu({ x, y, actions: props.rowMenu(row.path, row.kind === 'prefix') });
  };
  const openMenuByKey = () => {
    const box = document.getElementById(`${treeId}-${activeIndex}`)?.getBoundingClientRect();
    // A menu closes at a key outside of it, the one that opens it included: it opens when that is dealt with.
    if (box) setTimeout(() => openMenu(activeIndex, box.left + 60, box.bottom - 4));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys on a button of a row are its own.
    if (event.target !== event.currentTarget) return;
    const row = rows[activeIndex];
    const isOpen = row?.kind === 'prefix' && open.includes(row.path);
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      PageDown: activeIndex + view.rowsInView,
      PageUp: activeIndex - view.rowsInView,
      Home: 0,
      End: rows.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) moveTo(target);
    else if (event.key === 'ArrowRight' && row?.kind === 'prefix' && !isOpen) toggle(row.path);
    else if (event.key === 'ArrowRight') moveTo(activeIndex + 1);
    else if (event.key === 'ArrowLeft' && row?.kind === 'prefix' && isOpen) toggle(row.path);
    else if (event.key === 'ArrowLeft' && row) {
      for (let index = activeIndex - 1; index >= 0; --index) {
        if ((rows[index]?.depth ?? 0) < row.depth) {
          moveTo(index);
          break;
        }
      }
    } else if (event.key === 'Enter' || event.key === ' ') choose(row);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenuByKey();
    else return;
    event.preventDefault();
  };

  if (rows.length === 0) return <>{props.empty}</>;
  const activeIsRendered = activeIndex >= view.first && activeIndex < view.end;
  const height =
    props.heightMax === undefined ? undefined : Math.min(props.heightMax, rows.length * rowHeight + 2);
  return (
    <>
      <div
        ref={scroller}
        className={classes.tree}
        style={{ height }}
        role="tree"
        aria-label={label}
        aria-activedescendant={activeIsRendered ? `${treeId}-${activeIndex}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="none" style={{ height: view.height, position: 'relative' }}>
          {rows.slice(view.first, view.end).map((row, at) => {
            const index = view.first + at;
            return (
              <div
                key={`${row.kind} ${row.path}`}
                id={`${treeId}-${index}`}
                role="treeitem"
                aria-level={row.depth + 1}
                aria-expanded={row.kind === 'prefix' ? open.includes(row.path) : undefined}
                aria-selected={row.kind === 'object' && row.path === selected}
                className={`${classes.row} ${index === activeIndex ? classes.active : ''}`}
                style={{
                  transform: `translateY(${view.top(index)}px)`,
                  paddingLeft: 12 + row.depth * 18,
                  cursor: row.kind === 'object' && !onSelect ? 'default' : undefined,
                }}
                onClick={() => {
                  setActive(index);
                  choose(row);
                }}
                onContextMenu={(event) => {
                  if (!props.rowMenu) return;
                  event.preventDefault();
                  openMenu(index, event.clientX, event.clientY);
                }}
              >
                <Row row={row} isOpen={row.kind === 'prefix' && open.includes(row.path)} />
                {props.rowMenu && (row.kind === 'prefix' || row.kind === 'object') && (
                  <ActionIcon
                    size="sm"
                    tabIndex={-1}
                    aria-label="Row actions"
                    aria-haspopup="menu"
                    onClick={(event) => {
                      const box = event.currentTarget.getBoundingClientRect();
                      openMenu(index, box.right, box.bottom);
                      event.stopPropagation();
                    }}
                  >
                    <Ellipsis size={16} aria-hidden />
                  </ActionIcon>
                )}
              </div>
            );
          })}
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

function Row({ row, isOpen }: { row: TreeRow; isOpen: boolean }): ReactElement {
  if (row.kind === 'loading') {
    return (
      <span className={classes.soft}>
        <Loader size={12} mr={8} aria-hidden /> Loading
      </span>
    );
  }
  if (row.kind === 'error') {
    return (
      <span role="alert" className={classes.bad}>
        {messageOf(row.error)} Press to try again.
      </span>
    );
  }
  if (row.kind !== 'prefix' && row.kind !== 'object') {
    return <span className={classes.soft}>There are more than can be listed here: narrow by a prefix.</span>;
  }
  const change = row.kind === 'object' ? changeOf(row.counts) : undefined;
  return (
    <>
      {row.kind === 'prefix' ? (
        <>
          <ChevronRight size={14} aria-hidden className={isOpen ? classes.opened : undefined} />
          <Folder size={14} aria-hidden className={classes.folder} />
        </>
      ) : (
        <File size={14} aria-hidden className={classes.file} />
      )}
      <span className={classes.name} title={row.path}>
        {row.name}
      </span>
      {change === undefined ? <ChangeCounts counts={row.counts} /> : <ChangeBadge change={change} />}
      <span className={classes.bytes}>{bytesText(row.counts)}</span>
    </>
  );
}

export interface Counts {
  added: number;
  removed: number;
  changed: number;
  conflicts: number;
  added_bytes: number;
  removed_bytes: number;
}

/** "+12 ~3 −1 !2", in colour and in words. */
export function ChangeCounts({ counts }: { counts: Counts }): ReactElement {
  const parts = [
    { name: 'added', sign: '+', value: counts.added },
    { name: 'changed', sign: '~', value: counts.changed },
    { name: 'removed', sign: '−', value: counts.removed },
    { name: 'conflicts', sign: '!', value: counts.conflicts },
  ].filter((part) => part.value > 0);
  return (
    <span className={classes.counts}>
      {parts.map((part) => (
        <span
          key={part.name}
          className={classes[part.name]}
          title={`${formatCount(part.value)} ${part.name}`}
        >
          {part.sign}
          {formatCount(part.value)}
          <span className="ab-visually-hidden"> {part.name}</span>
        </span>
      ))}
    </span>
  );
}

export function ChangeBadge({ change }: { change: ChangeType }): ReactElement {
  return <span className={`${classes.badge} ${classes[`${change}Badge`]}`}>{change}</span>;
}

/** "+3 KiB −1 KiB", without what is nothing. */
export function bytesText(counts: Counts): string {
  const parts = [];
  if (counts.added_bytes > 0) parts.push(`+${formatBytes(counts.added_bytes)}`);
  if (counts.removed_bytes > 0) parts.push(`−${formatBytes(counts.removed_bytes)}`);
  return parts.join(' ');
}
