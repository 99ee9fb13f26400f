import { describe, expect, it } from 'vitest';
import { parseCsv } from '../preview/csv';
import { parseExactJson } from '../preview/exact-json';
import { diffCsv } from './csv-diff';
import { diffJson } from './json-diff';
import { diffLines, fold, marks } from './text-diff';

describe('diffLines', () => {
  it('pairs lines that were exchanged and numbers both sides', () => {
    const rows = diffLines('a\nb\nc\n', 'a\nB\nc\nd\n');

    expect(rows?.map((row) => [row.kind, row.left?.number, row.right?.number])).toEqual([
      ['same', 1, 1],
      ['changed', 2, 2],
      ['same', 3, 3],
      ['added', undefined, 4],
    ]);
  });

  it('has nothing to show of two empty texts', () => {
    expect(diffLines('', '')).toEqual([]);
  });
});

describe('fold', () => {
  const many = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  const changed = many.map((line, at) => (at === 15 ? 'other' : line));

  it('keeps three lines around a change, and opens what is asked for', () => {
    const rows = diffLines(many.join('\n'), changed.join('\n')) ?? [];

    expect(fold(rows, new Set()).map((row) => row.kind)).toEqual([
      'fold',
      'same',
      'same',
      'same',
      'changed',
      'same',
      'same',
      'same',
      'fold',
    ]);
    expect(fold(rows, new Set([0]))).toHaveLength(12 + 3 + 1 + 3 + 1);
  });
});

describe('marks', () => {
  it('tells the words that differ on either side', () => {
    const found = marks('the old dog', 'the young dog');

    expect(found.left.filter((piece) => piece.isMarked).map((piece) => piece.text)).toEqual(['old']);
    expect(found.right.filter((piece) => piece.isMarked).map((piece) => piece.text)).toEqual(['young']);
  });
});

describe('diffJson', () => {
  it('looks at values, not at the order of keys', () => {
    expect(diffJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toEqual([]);
  });

  it('shows what was added, removed and changed, under what it belongs to', () => {
    const rows = diffJson(
      { optimizer: 'adam', layers: [64, 64], old: true },
      { optimizer: 'sgd', layers: [64, 128], seed: { value: 7 } },
    );

    expect(rows.map(({ depth, key, kind, left, right }) => [depth, key, kind, left, right])).toEqual([
      [0, '', 'same', '{…}', '{…}'],
      [1, 'optimizer', 'changed', '"adam"', '"sgd"'],
      [1, 'layers', 'same', '[…]', '[…]'],
      [2, '1', 'changed', '64', '128'],
      [1, 'old', 'removed', 'true', undefined],
      [1, 'seed', 'added', undefined, '{…}'],
      [2, 'value', 'added', undefined, '7'],
    ]);
  });

  it('takes keys that objects of JavaScript have by themselves', () => {
    const rows = diffJson(JSON.parse('{"__proto__": 1, "constructor": 2}'), { constructor: 3 });

    expect(rows.map((row) => [row.key, row.kind])).toEqual([
      ['', 'same'],
      ['__proto__', 'removed'],
      ['constructor', 'changed'],
    ]);
  });

  it('tells numbers apart that a double cannot hold, and shows their digits', () => {
    const read = (text: string) => parseExactJson(text)?.value;
    const left = read('{"user": 9007199254740993, "lr": 1.0, "n": 12345678901234567890, "x": [1e400]}');
    const right = read('{"user": 9007199254740992, "lr": 1, "n": 12345678901234567890, "x": [1e401]}');

    expect(diffJson(left, right).map(({ key, kind, ...row }) => [key, kind, row.left, row.right])).toEqual([
      ['', 'same', '{…}', '{…}'],
      ['user', 'changed', '9007199254740993', '9007199254740992'],
      ['x', 'same', '[…]', '[…]'],
      ['0', 'changed', '1e400', '1e401'],
    ]);
  });

  it('tells a value from a container', () => {
    expect(diffJson([1], { 0: 1 })).toEqual([
      { depth: 0, key: '', kind: 'changed', left: '[1]', right: '{"0":1}' },
    ]);
  });
});

describe('diffCsv', () => {
  it('finds changed cells, rows and columns', () => {
    const diff = diffCsv(
      parseCsv('x.csv', 'dog,weight\nrex,10\nbo,20\nlu,30\n', false),
      parseCsv('x.csv', 'dog,weight,age\nrex,10,3\nbo,21,4\nmo,5,1\n', false),
    );

    expect(diff?.columns).toEqual([
      { name: 'dog', kind: 'same' },
      { name: 'weight', kind: 'same' },
      { name: 'age', kind: 'added' },
    ]);
    expect(diff?.rows).toEqual([
      { kind: 'same', leftRow: 1, rightRow: 1, left: ['rex', '10', undefined], right: ['rex', '10', '3'] },
      { kind: 'changed', leftRow: 2, rightRow: 2, left: ['bo', '20', undefined], right: ['bo', '21', '4'] },
      { kind: 'removed', leftRow: 3, left: ['lu', '30', undefined] },
      { kind: 'added', rightRow: 3, right: ['mo', '5', '1'] },
    ]);
  });

  it('numbers rows as each file does', () => {
    const lines = Array.from({ length: 60 }, (_, at) => `dog-${at + 1},${at + 1}`);
    const left = ['dog,weight', ...lines].join('\n');
    const right = ['dog,weight', 'new,0', ...lines.filter((_, at) => at !== 50)].join('\n');

    const changes = diffCsv(parseCsv('x.csv', left, false), parseCsv('x.csv', right, false))?.rows.filter(
      (row) => row.kind !== 'same',
    );

    expect(changes?.map(({ kind, leftRow, rightRow }) => [kind, leftRow, rightRow])).toEqual([
      ['added', undefined, 1],
      ['removed', 51, undefined],
    ]);
  });
});
