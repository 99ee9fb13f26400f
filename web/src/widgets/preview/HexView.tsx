import type { ReactElement } from 'react';
import { HeadOfObject, CutNote } from './HeadOfObject';
import classes from './preview.module.css';
import type { PreviewSource } from './source';

const hexBytesMax = 4096;
const bytesInRow = 16;

/** The first bytes, as numbers and as characters. */
export function HexView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <HeadOfObject source={source} amount={hexBytesMax}>
      {(bytes, isCut) => (
        <>
          {isCut && <CutNote source={source} amount={hexBytesMax} />}
          <div className={classes.hex} tabIndex={0} role="region" aria-label="Bytes">
            <pre>{hexDump(bytes)}</pre>
          </div>
        </>
      )}
    </HeadOfObject>
  );
}

/** As `hexdump -C` writes it. */
export function hexDump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let start = 0; start < bytes.length; start += bytesInRow) {
    const row = [...bytes.subarray(start, start + bytesInRow)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const left = hex.slice(0, 8).join(' ').padEnd(23);
    const right = hex.slice(8).join(' ').padEnd(23);
    const characters = row
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'))
      .join('');
    rows.push(`${start.toString(16).padStart(8, '0')}  ${left}  ${right}  ${characters}`);
  }
  return rows.join('\n');
}
