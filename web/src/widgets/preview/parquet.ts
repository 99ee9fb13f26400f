/** What the Parquet view needs beside the reader: which columns to read, schema as rows, values as text. */
import { parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet';

/** The first top-level columns whose part of the largest row group is no more than `bytesMax`; always one at least. */
export function columnsWithin(metadata: FileMetaData, bytesMax: number): string[] {
  const sizes = new Map<string, number>();
  for (const group of metadata.row_groups) {
    const inGroup = new Map<string, number>();
    for (const { meta_data: column } of group.columns) {
      const name = column?.path_in_schema[0];
      if (!column || name === undefined) continue;
      inGroup.set(name, (inGroup.get(name) ?? 0) + Number(column.total_compressed_size));
    }
    for (const [name, size] of inGroup) sizes.set(name, Math.max(size, sizes.get(name) ?? 0));
  }
  const names = parquetSchema(metadata).children.map((child) => child.element.name);
  const chosen: string[] = [];
  let bytes = 0;
  for (const name of names) {
    bytes += sizes.get(name) ?? 0;
    if (bytes > bytesMax && chosen.length > 0) break;
    chosen.push(name);
  }
  return chosen;
}

export interface SchemaRow {
  path: string;
  depth: number;
  name: string;
  type: string;
  repetition: string;
}

const repetitions: Record<string, string> = {
  REQUIRED: 'required',
  OPTIONAL: 'may be null',
  REPEATED: 'repeated',
};

export function schemaRows(root: SchemaTree): SchemaRow[] {
  const rows: SchemaRow[] = [];
  const walk = (tree: SchemaTree, depth: number) => {
    const { element } = tree;
    rows.push({
      path: tree.path.join('.'),
      depth,
      name: element.name,
      type: [
        element.type?.toLowerCase(),
        (element.logical_type?.type ?? element.converted_type)?.toLowerCase(),
      ]
        .filter((part) => part !== undefined)
        .join(', '),
      repetition: repetitions[element.repetition_type ?? ''] ?? '',
    });
    for (const child of tree.children) walk(child, depth + 1);
  };
  for (const child of root.children) walk(child, 0);
  return rows;
}

const bytesShown = 64;

/** A value in one line. */
export function valueText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof Uint8Array) {
    const hex = [...value.subarray(0, bytesShown)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return `0x${hex}${value.length > bytesShown ? '…' : ''}`;
  }
  if (typeof value === 'object') {
    return JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'bigint' || each instanceof Uint8Array ? valueText(each) : each,
    );
  }
  return '';
}
