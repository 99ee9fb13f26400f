import { expect, test } from 'vitest';
import { asFolder, foldersOf, liesBelow, nameOf, parentOf, parseS3Address } from './entries';

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
