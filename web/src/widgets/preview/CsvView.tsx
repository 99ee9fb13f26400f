import { useMemo, type ReactElement } from 'react';
import { formatPlural } from '../../ui/format';
import { decodeText } from './content';
import { parseCsv } from './csv';
import { CutNote, HeadOfObject } from './HeadOfObject';
import classes from './preview.module.css';
import { RowsTable } from './RowsTable';
import type { PreviewSource } from './source';
import { DecodedText } from './TextView';

const csvBytesMax = 2 * 1024 * 1024;

/** Comma- or tab-separated values as a table. */
export function CsvView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <HeadOfObject source={source} amount={csvBytesMax}>
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
  const csv = useMemo(() => {
    const text = decodeText(bytes, isCut);
    if (text === undefined) return undefined;
    const { header, rows } = parseCsv(source.path, text, isCut);
    return { header, rows: rows.map((values, index) => ({ index, values })) };
  }, [source.path, bytes, isCut]);
  if (!csv) {
    return <DecodedText source={source} bytes={bytes} isCut={isCut} amount={csvBytesMax} note={undefined} />;
  }
  return (
    <>
      {isCut && <CutNote source={source} amount={csvBytesMax} />}
      <div className={classes.textBar}>
        <span className={classes.soft}>
          {formatPlural(csv.rows.length, 'row')}
          {isCut && ' so far'} · {formatPlural(csv.header.length, 'column')}
        </span>
      </div>
      <RowsTable header={csv.header} source={{ rows: csv.rows }} label="Rows" />
    </>
  );
}
