import { expect, test } from 'vitest';
import { parseCsv, separatorOf } from './csv';

test('quotes hold separators, line breaks and doubled quotes', () => {
  const csv = parseCsv('a,b\r\n"x, y","line\nbreak"\n"say ""hi""",\n', ',', false);

  expect(csv.header).toEqual(['a', 'b']);
  expect(csv.rows).toEqual([
    ['x, y', 'line\nbreak'],
    ['say "hi"', ''],
  ]);
});

test('the last line counts unless the text is cut in it', () => {
  expect(parseCsv('a\n1\n2', ',', false).rows).toEqual([['1'], ['2']]);
  expect(parseCsv('a\n1\n2', ',', true).rows).toEqual([['1']]);
  expect(parseCsv('a\n1\n"2\n3', ',', true).rows).toEqual([['1']]);
  expect(parseCsv('', ',', false)).toEqual({ header: [], rows: [] });
});

test('the separator is what parts the first line', () => {
  expect(separatorOf('x.csv', 'a;b;c\n1,2;3;4')).toBe(';');
  expect(separatorOf('x.tsv', 'a,b,c')).toBe('\t');
  expect(separatorOf('x.csv', 'single')).toBe(',');
});
