import { expect, test } from 'vitest';
import { decodeText, imageTypeOf, kindsOf, kindsOfBytes, visibleText, withoutEscapeCodes } from './content';

const bytes = (text: string) => new TextEncoder().encode(text);

test('names and content types tell how an object is shown', () => {
  expect(kindsOf('a/b.PNG')?.[0]).toBe('image');
  expect(kindsOf('a/b', 'image/jpeg')?.[0]).toBe('image');
  expect(kindsOf('a/b.svg')).toEqual(['image', 'text', 'hex']);
  expect(kindsOf('a.parquet')?.[0]).toBe('parquet');
  expect(kindsOf('a.ipynb')?.[0]).toBe('notebook');
  expect(kindsOf('a.tsv')?.[0]).toBe('table');
  expect(kindsOf('x/Dockerfile')?.[0]).toBe('text');
  expect(kindsOf('page.html', 'text/html')).toEqual(['text', 'hex']);
  expect(kindsOf('.png')).toBeUndefined();
  expect(kindsOf('weights', 'application/octet-stream')).toBeUndefined();
  expect(imageTypeOf('a', 'image/svg+xml; charset=utf-8')).toBe('image/svg+xml');
  expect(imageTypeOf('a', 'image/x-evil')).toBeUndefined();
});

test('bytes tell what names do not', () => {
  expect(kindsOfBytes(bytes('PAR1....'), false)[0]).toBe('parquet');
  expect(kindsOfBytes(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), false)[0]).toBe('image');
  expect(kindsOfBytes(bytes('plain words'), true)).toEqual(['text', 'hex']);
  expect(kindsOfBytes(bytes(' {"a": 1}'), true)[0]).toBe('json');
  expect(kindsOfBytes(new Uint8Array([1, 0, 2]), true)).toEqual(['hex']);
});

test('text that is cut inside a character is text, a broken one is not', () => {
  const cut = bytes('grün').subarray(0, 3);

  expect(decodeText(cut, true)).toBe('gr');
  expect(decodeText(cut, false)).toBeUndefined();
  expect(decodeText(new Uint8Array([0xff, 0xfe]), true)).toBeUndefined();
});

test('what steers a terminal or the direction of writing becomes visible', () => {
  expect(visibleText('a\u001b[31mb\u0000')).toBe('a^[[31mb^@');
  expect(visibleText('\u202egnp.exe')).toBe('<U+202E>gnp.exe');
  expect(visibleText('tab\tline\n')).toBe('tab\tline\n');
  expect(withoutEscapeCodes('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007x')).toBe('red x');
});
