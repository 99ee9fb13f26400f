import { expect, test } from 'vitest';
import { relativePath } from './relative-path';

test('references are resolved against the document', () => {
  const table: [string, string, string | undefined][] = [
    ['read.md', 'a.png', 'a.png'],
    ['docs/read.md', 'a.png', 'docs/a.png'],
    ['docs/read.md', './img/a%20b.png#part', 'docs/img/a b.png'],
    ['docs/deep/read.md', '../../a.png?raw=1', 'a.png'],
    ['docs/read.md', '/top/a.png', 'top/a.png'],
    ['docs/read.md', '..', ''],
    ['docs/read.md', 'sub/', 'docs/sub/'],
    ['docs/read.md', '100%.png', 'docs/100%.png'],
    ['docs/read.md', '../../a.png', undefined],
    ['docs/read.md', 'https://example.org/a.png', undefined],
    ['docs/read.md', '//example.org/a.png', undefined],
    ['docs/read.md', 'javascript:alert(1)', undefined],
    ['docs/read.md', 'data:image/png;base64,AA', undefined],
    ['docs/read.md', '#heading', undefined],
    ['docs/read.md', '', undefined],
  ];
  for (const [document, reference, path] of table) {
    expect([reference, relativePath(document, reference)]).toEqual([reference, path]);
  }
});
