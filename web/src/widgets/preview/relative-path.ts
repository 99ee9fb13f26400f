/**
 * The path that a reference within a document means: `../images/a%20b.png#x` of `docs/read.md` is `images/a b.png`; one that
 * begins with a slash is from the top. Undefined: it leads elsewhere (a scheme, a host, above the top) or to no path.
 */
export function relativePath(document: string, reference: string): string | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/\/|#|\?|$)/i.test(reference)) return undefined;
  const [encoded = ''] = reference.split(/[?#]/);
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    // A percent sign that encodes nothing is one.
    path = encoded;
  }
  const parts = path.startsWith('/') ? [] : document.split('/').slice(0, -1);
  const segments = path
    .split('/')
    .filter((segment, index, all) => segment !== '' || index === all.length - 1);
  for (const segment of segments) {
    if (segment === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (segment !== '.' && segment !== '') parts.push(segment);
  }
  const isFolder = ['', '.', '..'].includes(segments.at(-1) ?? '');
  return parts.join('/') + (isFolder && parts.length > 0 ? '/' : '');
}
