import { expect, test } from 'vitest';
import { expectedKind } from './content';

test('the kind of a difference is expected by the name', () => {
  expect(expectedKind('a/b.PNG')).toBe('image');
  expect(expectedKind('a.json')).toBe('json');
  expect(expectedKind('a.ipynb')).toBe('json');
  expect(expectedKind('a.tsv')).toBe('csv');
  expect(expectedKind('a.md')).toBe('text');
  expect(expectedKind('a.parquet')).toBe('text');
  expect(expectedKind('csv/file')).toBe('text');
});
