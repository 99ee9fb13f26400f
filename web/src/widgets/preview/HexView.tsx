import { useRef, type ReactElement } from 'react';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import { ObjectParts } from './ObjectParts';
import classes from './preview.module.css';
import type { PreviewSource } from './source';
import { useEndInView } from './useEndInView';

const hexBytesMax = 64 * 1024;
const bytesInRow = 16;
const rowHeight = 20;

/** Bytes, as numbers and as characters. */
export function HexView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <ObjectParts source={source} amount={hexBytesMax} unit={bytesInRow}>
      {({ bytes, from, start }) => (
        <HexRows key={from} bytes={bytes} start={start} fromEnd={from === 'end'} />
      )}
    </ObjectParts>
  );
}

function HexRows({
  bytes,
  start,
  fromEnd,
}: {
  bytes: Uint8Array;
  /** Where in the object the first of them is. */
  start: number;
  fromEnd: boolean;
}): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const count = Math.ceil(bytes.length / bytesInRow);
  const view = useRowWindow(scroller, count, rowHeight, 0);
  useEndInView(scroller, fromEnd, count * rowHeight);
  const rows = Array.from({ length: Math.max(0, view.end - view.first) }, (_, at) => view.first + at);
  return (
    <div ref={scroller} className={classes.hex} tabIndex={0} role="region" aria-label="Bytes">
      <div style={{ position: 'relative', height: view.height }}>
        {rows.map((row) => (
          <pre key={row} style={{ transform: `translateY(${view.top(row)}px)` }}>
            {hexRow(bytes.subarray(row * bytesInRow, (row + 1) * bytesInRow), start + row * bytesInRow)}
          </pre>
        ))}
      </div>
    </div>
  );
}

/** As `hexdump -C` writes it. */
function hexRow(bytes: Uint8Array, offset: number): string {
  const row = [...bytes];
  const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
  const left = hex.slice(0, 8).join(' ').padEnd(23);
  const right = hex.slice(8).join(' ').padEnd(23);
  const characters = row
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'))
    .join('');
  return `${offset.toString(16).padStart(8, '0')}  ${left}  ${right}  ${characters}`;
}
