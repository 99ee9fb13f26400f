/** How an object's content can be shown: by its name, its content type and, where those say nothing, its first bytes. */
export type PreviewKind = 'image' | 'markdown' | 'notebook' | 'json' | 'table' | 'parquet' | 'text' | 'hex';

export const kindLabels: Record<PreviewKind, string> = {
  image: 'Image',
  markdown: 'Document',
  notebook: 'Notebook',
  json: 'Tree',
  table: 'Table',
  parquet: 'Table',
  text: 'Text',
  hex: 'Hex',
};

/** How many bytes tell text from anything else. */
export const sniffBytes = 4096;

const imageTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
};

const textExtensions = new Set(
  (
    'txt log text conf cfg ini toml yaml yml env sh bash zsh fish py pyi r jl c h cc cpp hpp cu rs go java kt scala ' +
    'js mjs cjs ts tsx jsx css html htm xml sql proto cmake gradle lua rb php pl swift tex bib rst diff patch jsonl ndjson'
  ).split(' '),
);

const textNames = new Set([
  'dockerfile',
  'makefile',
  'license',
  'notice',
  'readme',
  'changelog',
  '.gitignore',
]);

export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** The type for an <img>, in which nothing can run, an SVG's scripts included. Undefined: not an image. */
export function imageTypeOf(path: string, contentType = ''): string | undefined {
  const byName = imageTypes[extensionOf(path)];
  if (byName !== undefined) return byName;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return Object.values(imageTypes).includes(type) ? type : undefined;
}

/** The ways to show an object, the best first; undefined where its bytes have to tell. */
export function kindsOf(path: string, contentType = ''): readonly PreviewKind[] | undefined {
  const extension = extensionOf(path);
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (extension === 'svg' || type === 'image/svg+xml') return ['image', 'text', 'hex'];
  if (imageTypeOf(path, contentType) !== undefined) return ['image', 'hex'];
  if (extension === 'parquet' || type === 'application/vnd.apache.parquet') return ['parquet', 'hex'];
  if (extension === 'ipynb') return ['notebook', 'json', 'text', 'hex'];
  if (extension === 'md' || extension === 'markdown' || type === 'text/markdown')
    return ['markdown', 'text', 'hex'];
  if (extension === 'csv' || extension === 'tsv' || type === 'text/csv') return ['table', 'text', 'hex'];
  if (extension === 'json' || extension === 'geojson' || type === 'application/json')
    return ['json', 'text', 'hex'];
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (textExtensions.has(extension) || textNames.has(name) || type.startsWith('text/'))
    return ['text', 'hex'];
  return undefined;
}

/** The ways to show an object of which nothing but the first bytes is known. `isWhole`: there are no more. */
export function kindsOfBytes(head: Uint8Array, isWhole: boolean): readonly PreviewKind[] {
  if (startsWith(head, 'PAR1')) return ['parquet', 'hex'];
  if (imageTypeOfBytes(head) !== undefined) return ['image', 'hex'];
  const text = decodeText(head, !isWhole);
  if (text === undefined) return ['hex'];
  return /^\s*[[{]/.test(text) && isWhole ? ['json', 'text', 'hex'] : ['text', 'hex'];
}

export function imageTypeOfBytes(head: Uint8Array): string | undefined {
  if (startsWith(head, '\u0089PNG\r\n')) return 'image/png';
  if (startsWith(head, '\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (startsWith(head, 'GIF8')) return 'image/gif';
  if (startsWith(head, 'RIFF') && startsWith(head.subarray(8), 'WEBP')) return 'image/webp';
  return undefined;
}

function startsWith(bytes: Uint8Array, latin1: string): boolean {
  for (let index = 0; index < latin1.length; ++index) {
    if (bytes[index] !== latin1.charCodeAt(index)) return false;
  }
  return true;
}

/** The text of bytes, or undefined where they are none. `isCut`: the last character may be broken. */
export function decodeText(bytes: Uint8Array | ArrayBuffer, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    return text.includes('\u0000') ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Text as it can be looked at: control characters, escape codes and marks that turn the direction of writing around become
 * visible signs.
 */
export function visibleText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0x7f) return `<U+${code.toString(16).toUpperCase()}>`;
    return `^${code === 0x7f ? '?' : String.fromCharCode(code + 0x40)}`;
  });
}

/** Terminal output without its colours and cursor movements. */
export function withoutEscapeCodes(text: string): string {
  return text.replace(/\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-Z\\-_])/g, '');
}
