import { describe, expect, it } from 'vitest';
import { flag, integer, oneOf, parseSearch, stringifySearch, text, texts } from './search-params';

describe('search parameters', () => {
  it('come back as they went, whatever they hold', () => {
    const search = { ref: 'main', path: 'raw/a b&c=d/ü%2F+', run: ['1', '2'] };

    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  it('keep slashes readable', () => {
    expect(stringifySearch({ path: 'raw/train/' })).toBe('?path=raw/train/');
  });

  it('leave out what is empty', () => {
    expect(stringifySearch({ ref: undefined, path: '', all: false, none: null })).toBe('');
  });

  it('of a wrong type are as if absent', () => {
    expect(text(['a'])).toBeUndefined();
    expect(integer('12x')).toBeUndefined();
    expect(integer('12')).toBe(12);
    expect(oneOf('sideways', ['asc', 'desc'])).toBeUndefined();
    expect(flag('1')).toBe(true);
    expect(flag('0')).toBeUndefined();
    expect(texts('a')).toEqual(['a']);
    expect(texts([])).toBeUndefined();
  });
});
