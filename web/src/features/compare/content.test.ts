import { describe, expect, it } from 'vitest';
import { decodeText, expectedKind, imageTypeOf, separatorOf } from './content';

const bytes = (...values: number[]) => new Uint8Array(values).buffer;

describe('content', () => {
  it('is expected by the name', () => {
    expect(expectedKind('a/b.PNG')).toBe('image');
    expect(expectedKind('a.json')).toBe('json');
    expect(expectedKind('a.tsv')).toBe('csv');
    expect(expectedKind('Makefile')).toBe('text');
    expect(expectedKind('csv/file')).toBe('text');
    expect(imageTypeOf('x.svg')).toBe('image/svg+xml');
    expect(separatorOf('x.tsv')).toBe('\t');
  });

  it('is text where the bytes are', () => {
    expect(decodeText(bytes(0x61, 0xc3, 0xa9), false)).toBe('aé');
    expect(decodeText(bytes(0x61, 0xff), false)).toBeUndefined();
    expect(decodeText(bytes(0x61, 0x00), false)).toBeUndefined();
  });

  it('is text although a character was cut in two', () => {
    expect(decodeText(bytes(0x61, 0xc3), true)).toBe('a');
    expect(decodeText(bytes(0x61, 0xc3), false)).toBeUndefined();
  });
});
