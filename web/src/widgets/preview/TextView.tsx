import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { CopyButton } from '../../ui/CopyButton';
import { formatPlural } from '../../ui/format';
import { decodeText, sniffBytes, visibleText } from './content';
import { HeadOfObject, Note } from './HeadOfObject';
import { HexView } from './HexView';
import { ObjectParts, type Parts } from './ObjectParts';
import { decodeLoosely } from './parts';
import classes from './preview.module.css';
import type { PreviewSource } from './source';
import { useEndInView } from './useEndInView';

const textBytesMax = 1024 * 1024;
/** More of one line is nothing to look at, and what browsers lay out slowly. */
const lineLengthMax = 10_000;
const lineHeight = 20;

/** Lines with their numbers; bytes where it is no text. */
export function TextView({
  source,
  note,
}: {
  source: PreviewSource;
  /** Why it is shown as text. */
  note?: ReactNode;
}): ReactElement {
  return (
    <HeadOfObject source={source} amount={sniffBytes}>
      {(head, isCut) =>
        decodeText(head, isCut) === undefined ? (
          <>
            <Note>This is not text in UTF-8.</Note>
            <HexView source={source} />
          </>
        ) : (
          <>
            {note !== undefined && <Note>{note}</Note>}
            <ObjectParts source={source} amount={textBytesMax}>
              {(parts) => <Decoded key={parts.from} parts={parts} />}
            </ObjectParts>
          </>
        )
      }
    </HeadOfObject>
  );
}

function Decoded({ parts: { bytes, from, isCut } }: { parts: Parts }): ReactElement {
  const text = useMemo(() => decodeLoosely(bytes), [bytes]);
  return <Lines text={text} isCut={isCut} fromEnd={from === 'end'} />;
}

/** `isCut`: the text goes on; where it is `fromEnd`, it goes on before what is shown, and its lines have no numbers. */
function Lines({ text, isCut, fromEnd }: { text: string; isCut: boolean; fromEnd: boolean }): ReactElement {
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
  useEndInView(scroller, fromEnd, lines.length * lineHeight);
  const isNumbered = !(fromEnd && isCut);
  const digits = isNumbered ? String(lines.length).length : 0;
  return (
    <>
      <div className={classes.textBar}>
        <span className={classes.soft}>
          {formatPlural(lines.length, 'line')}
          {isCut && (fromEnd ? ' from the end' : ' so far')}
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
                {isNumbered && item.index + 1}
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
