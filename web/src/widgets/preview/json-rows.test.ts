import { expect, test } from 'vitest';
import { JsonNumber } from './exact-json';
import { jsonRows } from './json-rows';

test('only what is open is walked, and every row has its path', () => {
  const value = { a: [new JsonNumber('9007199254740993'), { 'odd key': null }], b: 'text' };

  const all = jsonRows(value, () => true);
  const closed = jsonRows(value, (path) => path === '$');

  expect(all.map((row) => row.path)).toEqual(['$', '$.a', '$.a[0]', '$.a[1]', '$.a[1]["odd key"]', '$.b']);
  expect(all.map((row) => row.text)).toEqual(['{2}', '[2]', '9007199254740993', '{1}', 'null', '"text"']);
  expect(closed.map((row) => row.path)).toEqual(['$', '$.a', '$.b']);
});

test('a long string is cut', () => {
  expect(jsonRows('x'.repeat(10_000), () => true)[0]?.text.length).toBeLessThan(2100);
});
