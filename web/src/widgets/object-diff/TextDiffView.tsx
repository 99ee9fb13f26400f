import { useVirtualizer } from '@tanstack/react-virtual';
import { UnfoldVertical } from 'lucide-react';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { formatCount, formatPlural } from '../../ui/format';
import classes from './diff.module.css';
import { diffLines, fold, marks, type LineRow, type Piece } from './text-diff';

const rowHeight = 20;
/** Of a line: more is shown when it is asked for, so that one line of a megabyte does not stop the page. */
const shownLengthMax = 4000;
/** Of what is alike before the first difference of such a line. */
const contextLength = 200;

/** Two texts, line beside line; what is alike and far from a change is folded. */
export function TextDiffView({
  left,
  right,
  leftLabel,
  rightLabel,
}: {
  left: string;
  right: string;
  leftLabel: string;
  rightLabel: string;
}): ReactElement {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => diffLines(left, right), [left, right]);
  const shown = useMemo(() => (rows ? fold(rows, opened) : []), [rows, opened]);
  const [whole, setWhole] = useState<ReadonlySet<LineRow>>(new Set());
  // Lines wrap: how high one is, is measured when it is there.
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialRect: { width: 800, height: 600 },
  });
  if (!rows) {
    return (
      <EmptyState title="Too different to be compared line by line">
        The properties tell what is known of both.
      </EmptyState>
    );
  }
  if (rows.every((row) => row.kind === 'same')) {
    return <EmptyState title="Both texts are the same">Their properties may differ.</EmptyState>;
  }
  return (
    <>
      <div className={classes.sides}>
        <span>{leftLabel}</span>
        <span>{rightLabel}</span>
      </div>
      <div
        ref={scroller}
        className={classes.lines}
        tabIndex={0}
        role="region"
        aria-label="Differences of the text"
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = shown[index];
            if (row === undefined) return null;
            const place = {
              ref: virtual.measureElement,
              'data-index': index,
              style: { transform: `translateY(${start}px)` },
            };
            if (row.kind === 'fold') {
              return (
                <button
                  key={index}
                  {...place}
                  type="button"
                  className={classes.fold}
                  onClick={() => setOpened(new Set([...opened, row.from]))}
                >
                  <UnfoldVertical size={12} aria-hidden /> {formatPlural(row.count, 'line')} alike
                </button>
              );
            }
            return (
              <div key={index} {...place} className={classes.line}>
                <Line
                  row={row}
                  isWhole={whole.has(row)}
                  onShowAll={() => setWhole(new Set([...whole, row]))}
                />
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

function Line({
  row,
  isWhole,
  onShowAll,
}: {
  row: LineRow;
  /** However long it is. */
  isWhole: boolean;
  onShowAll: () => void;
}): ReactElement {
  const left = row.left?.text ?? '';
  const right = row.right?.text ?? '';
  const isLong = Math.max(left.length, right.length) > shownLengthMax;
  const pieces = row.kind === 'changed' && !isLong ? marks(left, right) : undefined;
  const from = isLong && row.kind === 'changed' ? Math.max(0, commonLength(left, right) - contextLength) : 0;
  const part = isLong && !isWhole ? { from, onShowAll } : undefined;
  const changed = row.kind !== 'same';
  return (
    <>
      <span className={classes.number}>{row.left?.number}</span>
      <span
        className={`${classes.code} ${row.left ? (changed ? classes.removedLine : '') : classes.nothing}`}
      >
        <LineText text={left} part={part} pieces={pieces?.left} className={classes.removedMark} />
      </span>
      <span className={classes.number}>{row.right?.number}</span>
      <span className={`${classes.code} ${row.right ? (changed ? classes.addedLine : '') : classes.nothing}`}>
        <LineText text={right} part={part} pieces={pieces?.right} className={classes.addedMark} />
      </span>
    </>
  );
}

function LineText({
  text,
  part,
  pieces,
  className,
}: {
  text: string;
  /** Of a very long line what is shown, and how all of it is asked for. */
  part: { from: number; onShowAll: () => void } | undefined;
  pieces: Piece[] | undefined;
  className: string | undefined;
}): ReactElement {
  if (part !== undefined && text.length > shownLengthMax) {
    const shown = text.slice(part.from, part.from + shownLengthMax);
    return (
      <>
        {part.from > 0 && '… '}
        {shown}
        {part.from + shown.length < text.length && ' …'}{' '}
        <button type="button" className={classes.showAll} onClick={part.onShowAll}>
          Show all {formatCount(text.length)} characters
        </button>
      </>
    );
  }
  if (!pieces) return <>{text}</>;
  return (
    <>
      {pieces.map((piece, index) =>
        piece.isMarked ? (
          <mark key={index} className={className}>
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** How many characters both begin with. */
function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left.charCodeAt(length) === right.charCodeAt(length)) ++length;
  return length;
}
