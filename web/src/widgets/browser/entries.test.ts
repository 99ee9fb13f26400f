import { expect, test } from 'vitest';
import { EntryList, type Entry } from '../../api/entries';
import {
  asFolder,
  entriesAt,
  foldersOf,
  indexOfPath,
  liesBelow,
  nameOf,
  neighboursOf,
  parentOf,
  parseS3Address,
} from './entries';

test('paths are taken apart as object stores mean them', () => {
  expect(nameOf('a/b.txt')).toBe('b.txt');
  expect(nameOf('a/b/')).toBe('b/');
  expect(nameOf('a//')).toBe('/');
  expect(parentOf('a/b/')).toBe('a/');
  expect(parentOf('top.txt')).toBe('');
  expect(foldersOf('a//b/')).toEqual([
    { name: 'a', path: 'a/' },
    { name: '', path: 'a//' },
    { name: 'b', path: 'a//b/' },
  ]);
  expect(asFolder('')).toBe('');
  expect(asFolder('a')).toBe('a/');
});

test('an address lies in a namespace or beside it', () => {
  expect(liesBelow('s3://b/ns/data/x', 's3://b/ns')).toBe(true);
  expect(liesBelow('s3://b/ns/data/x', 's3://b/ns/')).toBe(true);
  expect(liesBelow('s3://b/nsx/data', 's3://b/ns')).toBe(false);
  expect(parseS3Address('s3://b/a/b c')).toEqual({ bucket: 'b', key: 'a/b c' });
  expect(parseS3Address('s3://b')).toEqual({ bucket: 'b', key: '' });
  expect(parseS3Address('local://b/x')).toBeUndefined();
});

test('entries are found in a listing by their paths', () => {
  const listed = ['a-b', 'a/', 'a0', 'b/', 'c/', 'd', '\u{ff5e}', '😀'].map((path): Entry => ({
    path,
    isFolder: path.endsWith('/'),
    sizeBytes: 0,
    modifiedMs: path.endsWith('/') ? undefined : 1,
    contentType: '',
    version: '',
  }));
  const entries = new EntryList('', listed);
  for (const [index, { path }] of listed.entries()) expect(indexOfPath(entries, path)).toBe(index);
  for (const path of ['', 'a', 'b', 'e', '😀😀']) expect(indexOfPath(entries, path)).toBeUndefined();
  expect(indexOfPath([], 'a')).toBeUndefined();
  expect(entriesAt(entries, new Set(['d', 'gone', 'a/', 'a-b'])).map(({ path }) => path)).toEqual([
    'a-b',
    'a/',
    'd',
  ]);
  const neighbours = (path: string) => {
    const { previous, next } = neighboursOf(entries, path);
    return [previous?.path, next?.path];
  };
  expect(neighbours('a-b')).toEqual([undefined, 'a0']);
  expect(neighbours('d')).toEqual(['a0', '\u{ff5e}']);
  expect(neighbours('😀')).toEqual(['\u{ff5e}', undefined]);
  expect(neighbours('gone')).toEqual([undefined, undefined]);
});
