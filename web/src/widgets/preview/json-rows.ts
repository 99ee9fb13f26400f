/** A JSON value as rows of a tree, of which only opened ones are walked. */
import { JsonNumber } from './exact-json';

export interface JsonRow {
  /** Where it is: "$.layers[2].units". */
  path: string;
  depth: number;
  name: string | undefined;
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** Of a leaf, as JSON writes it; of an object or array, how many it holds. */
  text: string;
  size: number;
}

const stringMax = 2000;

export function jsonRows(value: unknown, isOpen: (path: string, depth: number) => boolean): JsonRow[] {
  const rows: JsonRow[] = [];
  const walk = (each: unknown, path: string, depth: number, name: string | undefined) => {
    if (Array.isArray(each)) {
      rows.push({ path, depth, name, kind: 'array', text: `[${each.length}]`, size: each.length });
      if (isOpen(path, depth)) {
        each.forEach((child, index) => walk(child, `${path}[${index}]`, depth + 1, String(index)));
      }
    } else if (typeof each === 'object' && each !== null && !(each instanceof JsonNumber)) {
      const entries = Object.entries(each);
      rows.push({ path, depth, name, kind: 'object', text: `{${entries.length}}`, size: entries.length });
      if (isOpen(path, depth)) {
        for (const [key, child] of entries) walk(child, `${path}${keyPath(key)}`, depth + 1, key);
      }
    } else rows.push({ path, depth, name, ...leaf(each), size: 0 });
  };
  walk(value, '$', 0, undefined);
  return rows;
}

function keyPath(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function leaf(value: unknown): Pick<JsonRow, 'kind' | 'text'> {
  if (typeof value === 'string') {
    const shown = value.length > stringMax ? `${value.slice(0, stringMax)}…` : value;
    return { kind: 'string', text: JSON.stringify(shown) };
  }
  if (value instanceof JsonNumber) return { kind: 'number', text: value.text };
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value) };
  return { kind: 'null', text: 'null' };
}
