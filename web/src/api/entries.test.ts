import { expect, test } from 'vitest';
import { comparePaths, EntryList, type Entry } from './entries';

const folder = (path: string): Entry => ({
  path,
  isFolder: true,
  sizeBytes: 0,
  modifiedMs: undefined,
  contentType: '',
  version: '',
});

test('a list gives back the entries that it was made of', () => {
  const entries: Entry[] = [
    folder('a/b/'),
    { path: 'a/', isFolder: false, sizeBytes: 0, modifiedMs: 0, contentType: '', version: '' },
    {
      path: 'a/ä\n😀.png',
      isFolder: false,
      sizeBytes: 50 * 2 ** 40,
      modifiedMs: 1_700_000_000_123,
      contentType: 'image/png',
      version: 'd41d8cd98f00b204e9800998ecf8427e',
    },
    { path: 'a/z', isFolder: false, sizeBytes: 1, modifiedMs: 5, contentType: 'image/png', version: 'v' },
  ];
  const list = new EntryList('a/', entries);
  expect([...list]).toEqual(entries);
  expect(entries.map((_, index) => list.at(index))).toEqual(entries);
  expect(list.at(-1)).toBeUndefined();
  expect(list.at(entries.length)).toBeUndefined();
  expect([...new EntryList('', [])]).toEqual([]);
});

test('paths are ordered as their bytes are', () => {
  const encoder = new TextEncoder();
  const hex = (path: string) =>
    Array.from(encoder.encode(path), (byte) => byte.toString(16).padStart(2, '0'));
  const paths = ['', 'a', 'a/', 'a0', 'ab', 'ä', '\u{ffff}', '\u{10000}', '😀', '\u{e000}', '\u{d7ff}'];
  const byBytes = [...paths].sort((left, right) => (hex(left).join('') < hex(right).join('') ? -1 : 1));
  expect([...paths].sort(comparePaths)).toEqual(byBytes);
});
