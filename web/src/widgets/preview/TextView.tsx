import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { CopyButton } from '../../ui/CopyButton';
import { formatPlural } from '../../ui/format';
import { decodeText, visibleText } from './content';
import { CutNote, HeadOfObject, Note } from './HeadOfObject';
import { HexView } from './HexView';
import classes from './preview.module.css';
import type { PreviewSource } from './source';

const textBytesMax = 1024 * 1024;
/** More of one line is nothing to look at, and what browsers lay out slowly. */
const lineLengthMax = 10_000;
const lineHeight = 20;

/** Lines with their numbers. */
export function TextView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <HeadOfObject source={source} amount={textBytesMax}>
      {(bytes, isCut) => (
        <DecodedText source={source} bytes={bytes} isCut={isCut} note={undefined} amount={textBytesMax} />
      )}
    </HeadOfObject>
  );
}

/** Bytes as text, or as bytes where they are none. */
export function DecodedText({
  source,
  bytes,
  isCut,
  amount,
  note,
}: {
  source: PreviewSource;
  bytes: Uint8Array;
  isCut: boolean;
  amount: number;
  /** Why it is shown as text. */
  note: ReactNode;
}): ReactElement {
  const text = useMemo(() => decodeText(bytes, isCut), [bytes, isCut]);
  if (text === undefined) {
    return (
      <>
        <Note>This is not text in UTF-8.</Note>
        <HexView source={source} />
      </>
    );
  }
  return (
    <>
      {note !== undefined && <Note>{note}</Note>}
      {isCut && <CutNote source={source} amount={amount} />}
      <Lines text={text} isCut={isCut} />
    </>
  );
}

export function Lines({ text, isCut }: { text: string; isCut: boolean }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [wraps, setWraps] = useState(false);
  const lines = useMemo(() => {
    const all = text.split('\n');
    // A line break at the end ends the last line and begins none.
    if (all.length > 1 && all.at(-1) === '') all.pop();
    return all;
  }, [text]);
  const longest = useMemo(
    () =>
      Math.min(
        lineLengthMax,
        lines.reduce((most, line) => Math.max(most, line.length), 0),
      ),
    [lines],
  );
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
    // A jump far down would show lines one after another otherwise.
    initialRect: { width: 800, height: 600 },
  });
  const digits = String(lines.length).length;
  return (
    <>
      <div className={classes.textBar}>
        <span className={classes.soft}>
          {formatPlural(lines.length, 'line')}
          {isCut && ' so far'}
        </span>
        <Checkbox
          size="xs"
          label="Wrap lines"
          checked={wraps}
          onChange={(event) => {
            setWraps(event.currentTarget.checked);
            virtual.measure();
          }}
        />
        <CopyButton value={text} label="Copy text" size="sm" />
      </div>
      <div ref={scroller} className={classes.lines} tabIndex={0} role="region" aria-label="Text">
        <div
          style={{
            position: 'relative',
            height: virtual.getTotalSize(),
            minWidth: wraps ? undefined : `calc(${longest + digits}ch + 48px)`,
          }}
        >
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.index}
              data-index={item.index}
              ref={wraps ? virtual.measureElement : undefined}
              className={`${classes.line} ${wraps ? classes.wrapped : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span
                className={classes.lineNumber}
                style={{ minWidth: `calc(${digits}ch + 26px)` }}
                aria-hidden
              >
                {item.index + 1}
              </span>
              <span className={classes.lineText}>{lineText(lines[item.index] ?? '')}</span>
            </div>
          ))}
        </div>
      </div>
    </>
  );
}

function lineText(line: string): string {
  const ended = line.endsWith('\r') ? line.slice(0, -1) : line;
  return visibleText(ended.length > lineLengthMax ? `${ended.slice(0, lineLengthMax)} …` : ended);
}
