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

test('entries are found by any part of their names, and by nothing else', () => {
  const entry = (path: string, version: string): Entry => ({
    ...folder(path),
    isFolder: false,
    modifiedMs: 1,
    version,
  });
  const of = (...paths: string[]) =>
    new EntryList(
      'dogs/',
      paths.map((path) => entry(`dogs/${path}`, 'cafe')),
    );
  const names = (list: EntryList, part: string) => list.matching(part).map(({ path }) => path);
  const list = of('a-Long-name.txt', 'b.txt', 'c', 'longlong.txt');

  expect(names(list, 'long')).toEqual(['dogs/a-Long-name.txt', 'dogs/longlong.txt']);
  expect(names(list, '.txt')).toEqual(['dogs/a-Long-name.txt', 'dogs/b.txt', 'dogs/longlong.txt']);
  // Neither the folder nor what stands beside a name.
  expect(names(list, 'dogs')).toEqual([]);
  expect(names(list, 'caf')).toEqual([]);
  expect(names(list, 'txtcafe')).toEqual([]);
  expect(names(of('ccafe', 'x'), 'cafe')).toEqual(['dogs/ccafe']);
  // A capital that is two letters in lower case.
  expect(names(of('\u0130stanbul-1', 'b-2'), '-2')).toEqual(['dogs/b-2']);
  expect(names(new EntryList('', []), 'a')).toEqual([]);
});
