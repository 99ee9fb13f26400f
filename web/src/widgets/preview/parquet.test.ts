import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { columnsWithin, schemaRows, valueText } from './parquet';
import { codecs } from './parquet-codecs';

const bytes = readFileSync('e2e/files/dogs.parquet');
const file = {
  byteLength: bytes.length,
  slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
};

test('a file of pyarrow is read, compressed with Zstandard', async () => {
  const metadata = await parquetMetadataAsync(file);
  const rows: unknown[][] = [];

  await parquetRead({
    file,
    metadata,
    compressors: codecs,
    rowStart: 499,
    rowEnd: 501,
    onComplete: (values: unknown[][]) => rows.push(...values),
  });

  expect(rows.map((row) => row.map(valueText))).toEqual([
    ['499', 'Poodle', '124.75'],
    ['500', 'Beagle', '125'],
  ]);
  expect(schemaRows(parquetSchema(metadata)).map((row) => row.name)).toEqual(['id', 'breed', 'weight_kg']);
});

test('columns are left out where row groups are too large to read, never all', async () => {
  const metadata = await parquetMetadataAsync(file);

  expect(columnsWithin(metadata, 1_000_000)).toEqual(['id', 'breed', 'weight_kg']);
  expect(columnsWithin(metadata, 1)).toEqual(['id']);
});

test('values are one line each', () => {
  expect(valueText(12n)).toBe('12');
  expect(valueText(undefined)).toBe('');
  expect(valueText(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  expect(valueText(new Uint8Array([1, 255]))).toBe('0x01ff');
  expect(valueText({ a: [1n] })).toBe('{"a":["1"]}');
});
