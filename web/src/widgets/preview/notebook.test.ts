import { expect, test } from 'vitest';
import { parseNotebook } from './notebook';

test('outputs are reduced to text and images; HTML is left out', () => {
  const notebook = parseNotebook(
    JSON.stringify({
      metadata: { kernelspec: { language: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['# a\n', 'b'] },
        {
          cell_type: 'code',
          execution_count: 2,
          source: 'run()',
          outputs: [
            { output_type: 'stream', name: 'stderr', text: ['oh\n'] },
            { output_type: 'display_data', data: { 'image/png': 'QUJD', 'text/html': '<b>' } },
            { output_type: 'execute_result', data: { 'text/html': '<b>', 'text/plain': ['one'] } },
            { output_type: 'display_data', data: { 'text/html': '<script>' } },
            { output_type: 'error', traceback: ['a', 'b'] },
          ],
        },
      ],
    }),
  );

  expect(notebook?.language).toBe('python');
  expect(notebook?.cells[0]).toEqual({ kind: 'markdown', source: '# a\nb', outputs: [] });
  expect(notebook?.cells[1]?.outputs).toEqual([
    { kind: 'text', text: 'oh\n', isError: true },
    { kind: 'image', type: 'image/png', base64: 'QUJD' },
    { kind: 'text', text: 'one', isError: false },
    { kind: 'left-out', type: 'text/html' },
    { kind: 'text', text: 'a\nb', isError: true },
  ]);
});

test('what is not a notebook is none', () => {
  expect(parseNotebook('{')).toBeUndefined();
  expect(parseNotebook('[1]')).toBeUndefined();
  expect(parseNotebook('{"cells": 1}')).toBeUndefined();
  expect(parseNotebook('{"cells": [1, {"cell_type": "code", "outputs": [null]}]}')?.cells).toHaveLength(1);
});
