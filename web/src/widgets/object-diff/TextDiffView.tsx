import { UnfoldVertical } from 'lucide-react';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import { EmptyState } from '../../ui/EmptyState';
import { formatPlural } from '../../ui/format';
import classes from './diff.module.css';
import { diffLines, fold, marks, type LineRow, type Piece } from './text-diff';

const rowHeight = 20;
/** Of a line: more is cut, so that one line of a megabyte does not stop the page. */
const shownLengthMax = 1000;

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
  const view = useRowWindow(scroller, shown.length, rowHeight, 0);
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
        <div style={{ height: view.height, position: 'relative' }}>
          {shown.slice(view.first, view.end).map((row, at) => {
            const index = view.first + at;
            const style = { transform: `translateY(${view.top(index)}px)` };
            if (row.kind === 'fold') {
              return (
                <button
                  key={index}
                  type="button"
                  className={classes.fold}
                  style={style}
                  onClick={() => setOpened(new Set([...opened, row.from]))}
                >
                  <UnfoldVertical size={12} aria-hidden /> {formatPlural(row.count, 'line')} alike
                </button>
              );
            }
            return (
              <div key={index} className={classes.line} style={style}>
                <Line row={row} />
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

function Line({ row }: { row: LineRow }): ReactElement {
  const pieces =
    row.kind === 'changed' && row.left && row.right ? marks(row.left.text, row.right.text) : undefined;
  const changed = row.kind !== 'same';
  return (
    <>
      <span className={classes.number}>{row.left?.number}</span>
      <span
        className={`${classes.code} ${row.left ? (changed ? classes.removedLine : '') : classes.nothing}`}
      >
        <LineText text={row.left?.text} pieces={pieces?.left} className={classes.removedMark} />
      </span>
      <span className={classes.number}>{row.right?.number}</span>
      <span className={`${classes.code} ${row.right ? (changed ? classes.addedLine : '') : classes.nothing}`}>
        <LineText text={row.right?.text} pieces={pieces?.right} className={classes.addedMark} />
      </span>
    </>
  );
}

function LineText({
  text = '',
  pieces,
  className,
}: {
  text: string | undefined;
  pieces: Piece[] | undefined;
  className: string | undefined;
}): ReactElement {
  if (text.length > shownLengthMax) return <>{text.slice(0, shownLengthMax)}…</>;
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
