/** How an object's content is shown: by its name, its type and its first bytes. */
export type ContentKind = 'text' | 'json' | 'csv' | 'image' | 'binary';

/** More than this of an object is not compared line by line. */
export const comparedBytesMax = 4 * 1024 * 1024;

const imageTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
};

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1).toLowerCase();
}

/** The type for an <img>, in which nothing can run, an SVG's scripts included. */
export function imageTypeOf(path: string): string | undefined {
  return imageTypes[extensionOf(path)];
}

/** What the name promises; whether it is text at all is told by the bytes. */
export function expectedKind(path: string): Exclude<ContentKind, 'binary'> {
  const extension = extensionOf(path);
  if (imageTypes[extension] !== undefined) return 'image';
  if (['json', 'ipynb', 'geojson'].includes(extension)) return 'json';
  return ['csv', 'tsv'].includes(extension) ? 'csv' : 'text';
}

export function separatorOf(path: string): ',' | '\t' {
  return extensionOf(path) === 'tsv' ? '\t' : ',';
}

/** The text of bytes, or undefined where they are none. `isCut`: a character may be broken at the end. */
export function decodeText(bytes: ArrayBuffer, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    return text.includes('\u0000') ? undefined : text;
  } catch {
    return undefined;
  }
}

export function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
