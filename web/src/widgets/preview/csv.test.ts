import { expect, test } from 'vitest';
import { parseCsv } from './csv';

test('quotes hold separators, line breaks and doubled quotes', () => {
  const csv = parseCsv('x.csv', 'a,b\r\n"x, y","line\nbreak"\r\n"say ""hi""",\r\n', false);

  expect(csv.header).toEqual(['a', 'b']);
  expect(csv.rows).toEqual([
    ['x, y', 'line\nbreak'],
    ['say "hi"', ''],
  ]);
});

test('the last line counts unless the text is cut in it', () => {
  expect(parseCsv('x.csv', 'a\n1\n2', false).rows).toEqual([['1'], ['2']]);
  expect(parseCsv('x.csv', 'a\n1\n2', true).rows).toEqual([['1']]);
  expect(parseCsv('x.csv', 'a\n1\n', true).rows).toEqual([['1']]);
  expect(parseCsv('x.csv', 'a\n1\n"2\n3', true).rows).toEqual([['1']]);
  expect(parseCsv('x.csv', '', false)).toEqual({ header: [], rows: [] });
});

test('the separator is a tab in .tsv, else what parts the lines', () => {
  expect(parseCsv('x.csv', 'a;b;c\n1,2;3;4', false).rows).toEqual([['1,2', '3', '4']]);
  expect(parseCsv('x.tsv', 'a,b,c\td\n1,2\t3', false).rows).toEqual([['1,2', '3']]);
  expect(parseCsv('x.csv', 'single\nvalue', false).rows).toEqual([['value']]);
});

test('a mark of the byte order is no part of the first name', () => {
  expect(parseCsv('x.csv', '\ufeffa,b\n1,2', false).header).toEqual(['a', 'b']);
});
