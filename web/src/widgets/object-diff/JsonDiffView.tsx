import { Switch } from '@mantine/core';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import { EmptyState } from '../../ui/EmptyState';
import classes from './diff.module.css';
import { diffJson } from './json-diff';

const rowHeight = 24;

/** Two JSON values by their keys, whatever their layout. */
export function JsonDiffView({
  left,
  right,
  leftLabel,
  rightLabel,
}: {
  left: unknown;
  right: unknown;
  leftLabel: string;
  rightLabel: string;
}): ReactElement {
  const [withSame, setWithSame] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => diffJson(left, right, withSame), [left, right, withSame]);
  const view = useRowWindow(scroller, rows.length, rowHeight, 0);
  return (
    <>
      <div className={classes.bar}>
        <Switch
          size="xs"
          label="Show what is the same"
          checked={withSame}
          onChange={(event) => setWithSame(event.currentTarget.checked)}
        />
      </div>
      {rows.length === 0 ? (
        <EmptyState title="Both hold the same values">Only layout or the order of keys differs.</EmptyState>
      ) : (
        <>
          <div className={`${classes.sides} ${classes.jsonSides}`}>
            <span>Key</span>
            <span>{leftLabel}</span>
            <span>{rightLabel}</span>
          </div>
          <div
            ref={scroller}
            className={classes.lines}
            tabIndex={0}
            role="region"
            aria-label="Differences of the values"
          >
            <div style={{ height: view.height, position: 'relative' }}>
              {rows.slice(view.first, view.end).map((row, at) => {
                const index = view.first + at;
                return (
                  <div
                    key={index}
                    className={`${classes.json} ${row.kind === 'changed' ? classes.changedRow : ''}`}
                    style={{ transform: `translateY(${view.top(index)}px)` }}
                  >
                    <span className={classes.key} style={{ paddingLeft: 12 + row.depth * 16 }}>
                      {row.key === '' ? '(root)' : row.key}
                    </span>
                    <span
                      className={row.left !== undefined && row.kind !== 'same' ? classes.removedLine : ''}
                      title={row.left}
                    >
                      {row.left}
                    </span>
                    <span
                      className={row.right !== undefined && row.kind !== 'same' ? classes.addedLine : ''}
                      title={row.right}
                    >
                      {row.right}
                    </span>
                  </div>
                );
              })}
            </div>
          </div>
        </>
      )}
    </>
  );
}
