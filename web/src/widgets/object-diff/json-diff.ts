/**
 * Structural differences of two JSON values: by key and index, whatever the order of keys and the layout. Numbers are
 * compared by their exact value and shown as they were written.
 */
import { JsonNumber, jsonText } from '../preview/exact-json';

export interface JsonRow {
  depth: number;
  /** Of an object, or an index. Empty for the value as a whole. */
  key: string;
  kind: 'same' | 'added' | 'removed' | 'changed';
  /** What is there, in a line; absent on the side that has nothing. */
  left?: string;
  right?: string;
}

const rowsMax = 50_000;
const textMax = 300;

/** Rows in the order of the keys. Those of which nothing differs below are left out, unless `withSame`. */
export function diffJson(left: unknown, right: unknown, withSame = false): JsonRow[] {
  const rows: JsonRow[] = [];
  const walk = (a: unknown, b: unknown, key: string, depth: number): boolean => {
    if (rows.length >= rowsMax) return true;
    const hasLeft = a !== undefined;
    const hasRight = b !== undefined;
    const isNested =
      (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) ||
      (isContainer(a) && !hasRight) ||
      (isContainer(b) && !hasLeft);
    if (!isNested) {
      const same = hasLeft && hasRight && canonical(a) === canonical(b);
      if (same && !withSame) return false;
      rows.push({
        depth,
        key,
        kind: same ? 'same' : !hasLeft ? 'added' : !hasRight ? 'removed' : 'changed',
        left: hasLeft ? shown(a) : undefined,
        right: hasRight ? shown(b) : undefined,
      });
      return !same;
    }
    const at = rows.length;
    const kind = !hasLeft ? 'added' : !hasRight ? 'removed' : 'same';
    const open = (value: unknown) => (Array.isArray(value) ? '[…]' : '{…}');
    rows.push({
      depth,
      key,
      kind,
      left: hasLeft ? open(a) : undefined,
      right: hasRight ? open(b) : undefined,
    });
    let differs = kind !== 'same';
    for (const name of keysOf(a, b)) {
      if (walk(member(a, name), member(b, name), name, depth + 1)) differs = true;
    }
    if (!differs && !withSame) rows.length = at;
    return differs;
  };
  walk(left, right, '', 0);
  return rows;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof JsonNumber);
}

function keysOf(a: unknown, b: unknown): string[] {
  const keys = new Set<string>();
  for (const value of [a, b]) {
    if (isContainer(value)) for (const key of Object.keys(value)) keys.add(key);
  }
  return [...keys];
}

function member(value: unknown, key: string): unknown {
  if (!isContainer(value) || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function canonical(value: unknown): string {
  return jsonText(value, true);
}

function shown(value: unknown): string {
  const text = jsonText(value);
  return text.length > textMax ? `${text.slice(0, textMax)}…` : text;
}
