import { expect, test } from 'vitest';
import { canonicalNumber, jsonText, parseExactJson } from './exact-json';

test('numbers keep the digits that were written', () => {
  const text =
    '{"id":9007199254740993,"long":12345678901234567890,"tiny":1e-400,"huge":1E400,"one":1.0,"minus":-0,"list":[0.1]}';

  expect(jsonText(parseExactJson(text)?.value)).toBe(text);
});

test('keys that objects of JavaScript have by themselves stay keys', () => {
  const text = '{"__proto__":{"a":1},"constructor":2}';

  expect(jsonText(parseExactJson(text)?.value)).toBe(text);
});

test('what is not JSON is nothing, and null is something', () => {
  expect(parseExactJson('null')).toEqual({ value: null });
  for (const text of ['', '{', 'NaN', '[1,]', "{'a':1}", '01']) expect(parseExactJson(text)).toBeUndefined();
});

test('ways to write a value are one value, neighbours are not', () => {
  const one = ['1', '1.0', '10e-1', '0.01e2', '1E+0', '1.000e00'].map(canonicalNumber);
  const zero = ['0', '-0', '0.00', '0e99'].map(canonicalNumber);

  expect(new Set(one).size).toBe(1);
  expect(new Set(zero).size).toBe(1);
  expect(canonicalNumber('9007199254740993')).not.toBe(canonicalNumber('9007199254740992'));
  expect(canonicalNumber('1e400')).not.toBe(canonicalNumber('1e401'));
  expect(canonicalNumber('-1')).not.toBe(canonicalNumber('1'));
  expect(canonicalNumber('100')).toBe(canonicalNumber('1e2'));
});
