import { expect, test } from 'vitest';
import { LogText, parseLine, plainText } from './log';

test('colours and weights become styles, which last over lines until they are reset', () => {
  const log = new LogText('\x1b[1;31mred\nstill\x1b[0m plain\n');

  expect(log.count).toBe(2);
  expect(log.spans(0)).toEqual([{ text: 'red', style: { bold: true, color: 1 } }]);
  expect(log.spans(1)).toEqual([
    { text: 'still', style: { bold: true, color: 1 } },
    { text: ' plain', style: {} },
  ]);
});

test('every other escape and control character is left out', () => {
  const link = '\x1b]8;;javascript:alert(1)\x1b\\d\x1b]8;;\x1b\\';
  const hostile = `\x1b]0;title\x07a\x1b[2Jb\x1b[10;10Hc${link}\x00\x08e\x1bPq\x1b\\f`;

  expect(plainText(hostile)).toBe('abcdef');
  expect(plainText('unfinished \x1b[3')).not.toContain('\x1b');
});

test('a carriage return begins the line anew', () => {
  expect(plainText('10%\r50%\r100%')).toBe('100%');
  expect(plainText('windows\r')).toBe('windows');
});

test('256 and full colours are taken within their bounds', () => {
  expect(parseLine('\x1b[38;5;196mx', {}).spans[0]?.style.color).toBe('#ff0000');
  expect(parseLine('\x1b[38;5;9mx', {}).spans[0]?.style.color).toBe(9);
  expect(parseLine('\x1b[48;2;999;0;5mx', {}).spans[0]?.style.background).toBe('#ff0005');
});

test('pieces that end within a line are joined; found lines follow the text', () => {
  const log = new LogText('epo');
  log.append('ch 1\nEpoch 2\nend');

  expect(log.lines).toEqual(['epoch 1', 'Epoch 2', 'end']);
  expect(log.find('EPOCH')).toEqual([0, 1]);
  expect(log.find('')).toEqual([]);
});
