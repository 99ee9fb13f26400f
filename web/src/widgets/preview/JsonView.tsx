import { Button } from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { CopyButton } from '../../ui/CopyButton';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import { formatBytes } from '../../ui/format';
import { decodeText, visibleText } from './content';
import { parseExactJson } from './exact-json';
import { HeadOfObject } from './HeadOfObject';
import { jsonRows, type JsonRow } from './json-rows';
import classes from './preview.module.css';
import type { PreviewSource } from './source';
import { TextView } from './TextView';

const jsonBytesMax = 4 * 1024 * 1024;
const rowHeight = 24;
/** So deep it is open to begin with. */
const openDepth = 3;

/** A JSON document as a tree. */
export function JsonView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <HeadOfObject source={source} amount={jsonBytesMax}>
      {(bytes, isCut) => <Parsed source={source} bytes={bytes} isCut={isCut} />}
    </HeadOfObject>
  );
}

function Parsed({
  source,
  bytes,
  isCut,
}: {
  source: PreviewSource;
  bytes: Uint8Array;
  isCut: boolean;
}): ReactElement {
  const parsed = useMemo(() => {
    return isCut ? undefined : parseExactJson(decodeText(bytes, false) ?? '');
  }, [bytes, isCut]);
  if (!parsed) {
    return (
      <TextView
        source={source}
        note={
          isCut
            ? `Documents of more than ${formatBytes(jsonBytesMax)} are shown as text.`
            : 'This is not valid JSON: it is shown as text.'
        }
      />
    );
  }
  return <JsonTree value={parsed.value} />;
}

function JsonTree({ value }: { value: unknown }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [allOpen, setAllOpen] = useState<boolean>();
  const [active, setActive] = useState(0);
  const rows = useMemo(
    () =>
      jsonRows(value, (path, depth) => {
        const known = toggled.get(path);
        if (known !== undefined) return known;
        return allOpen ?? depth < openDepth;
      }),
    [value, toggled, allOpen],
  );
  const view = useRowWindow(scroller, rows.length, rowHeight, 0);
  const isOpen = (index: number) => (rows[index + 1]?.depth ?? 0) > (rows[index]?.depth ?? 0);
  const toggle = (index: number) => {
    const row = rows[index];
    if (row && row.size > 0) setToggled(new Map(toggled).set(row.path, !isOpen(index)));
  };
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    view.scrollTo(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row) return;
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + view.rowsInView,
      PageUp: active - view.rowsInView,
      Home: 0,
      End: rows.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) moveTo(target);
    else if (event.key === 'ArrowRight' && !isOpen(active)) toggle(active);
    else if (event.key === 'ArrowLeft' && isOpen(active)) toggle(active);
    else if (event.key === 'ArrowLeft') {
      const parent = rows.slice(0, active).findLastIndex((other) => other.depth < row.depth);
      if (parent !== -1) moveTo(parent);
    } else if (event.key === 'Enter' || event.key === ' ') toggle(active);
    else return;
    event.preventDefault();
  };
  const setAll = (opened: boolean) => {
    setToggled(new Map());
    setAllOpen(opened);
    setActive(0);
  };
  const activePath = rows[active]?.path ?? '$';
  return (
    <>
      <div className={classes.textBar}>
        <span className={classes.jsonPath} title={activePath}>
          <code>{visibleText(activePath)}</code>
        </span>
        <CopyButton value={activePath} label="Copy path" />
        <Button size="compact-xs" variant="default" onClick={() => setAll(true)}>
          Open all
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => setAll(false)}>
          Close all
        </Button>
      </div>
      <div
        ref={scroller}
        className={classes.tree}
        role="tree"
        aria-label="JSON"
        aria-activedescendant={`json-${active}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="none" style={{ height: view.height, position: 'relative' }}>
          {rows.slice(view.first, view.end).map((row, at) => {
            const index = view.first + at;
            return (
              <div
                key={row.path}
                id={`json-${index}`}
                role="treeitem"
                aria-level={row.depth + 1}
                aria-selected={index === active}
                aria-expanded={row.size > 0 ? isOpen(index) : undefined}
                className={`${classes.jsonRow} ${index === active ? classes.activeRow : ''}`}
                style={{ transform: `translateY(${view.top(index)}px)`, paddingLeft: 10 + row.depth * 18 }}
                onClick={() => {
                  setActive(index);
                  toggle(index);
                }}
              >
                <Node row={row} isOpen={isOpen(index)} />
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

function Node({ row, isOpen }: { row: JsonRow; isOpen: boolean }): ReactElement {
  return (
    <>
      {row.size > 0 ? (
        <ChevronRight size={13} aria-hidden className={isOpen ? classes.opened : undefined} />
      ) : (
        <span className={classes.noChevron} />
      )}
      {row.name !== undefined && <span className={classes.jsonName}>{visibleText(row.name)}</span>}
      <span className={classes[row.kind]} title={row.text.length > 80 ? row.text : undefined}>
        {visibleText(row.text)}
      </span>
    </>
  );
}
