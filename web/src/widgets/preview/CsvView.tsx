import { useMemo, type ReactElement } from 'react';
import { formatPlural } from '../../ui/format';
import { decodeText } from './content';
import { parseCsv } from './csv';
import { ObjectParts } from './ObjectParts';
import classes from './preview.module.css';
import { RowsTable } from './RowsTable';
import type { PreviewSource } from './source';
import { TextView } from './TextView';

const csvBytesMax = 2 * 1024 * 1024;

/** Comma- or tab-separated values as a table. */
export function CsvView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <ObjectParts source={source} amount={csvBytesMax} onlyFromStart>
      {({ bytes, isCut }) => <Parsed source={source} bytes={bytes} isCut={isCut} />}
    </ObjectParts>
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
    return <TextView source={source} />;
  }
  return (
    <>
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
