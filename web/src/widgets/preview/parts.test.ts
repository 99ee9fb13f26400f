import { expect, test } from 'vitest';
import { decodeLoosely, joinParts, partRange, type PartsFrom } from './parts';

const numbers = (bytes: Uint8Array) => Array.from(bytes);
const encode = (text: string) => new TextEncoder().encode(text);

function partsOf(bytes: Uint8Array, from: PartsFrom, amount: number, unit = 1) {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const [start, end] = partRange(parts.length, from, bytes.length, amount, unit);
    if (start >= end) return parts;
    parts.push(bytes.slice(start, end));
  }
}

test('parts from either end are the whole, and nothing twice', () => {
  const bytes = encode('0123456789abcdefghijklm');
  for (const from of ['start', 'end'] as const) {
    for (const amount of [1, 3, 4, 7, 22, 23, 24]) {
      expect(numbers(joinParts(partsOf(bytes, from, amount), from))).toEqual(numbers(bytes));
      expect(numbers(joinParts(partsOf(bytes, from, 2 * amount, 2), from))).toEqual(numbers(bytes));
    }
  }
  expect(partRange(0, 'end', 100, 32, 16)).toEqual([64, 100]);
  expect(partRange(1, 'end', 100, 32, 16)).toEqual([32, 64]);
});

test('the last part is the end', () => {
  const [last] = partsOf(encode('the first, the last'), 'end', 4);
  expect(new TextDecoder().decode(last)).toBe('last');
});

test('text that was cut within a character loses that character and no other', () => {
  const bytes = encode('äöü€🐕x');
  for (let start = 0; start < bytes.length; ++start) {
    expect('äöü€🐕x'.endsWith(decodeLoosely(bytes.subarray(start)))).toBe(true);
    expect('äöü€🐕x'.startsWith(decodeLoosely(bytes.subarray(0, start)))).toBe(true);
  }
  expect(decodeLoosely(Uint8Array.from([0x61, 0xff, 0x62]))).toBe('a\ufffdb');
});
