/** What is shown of objects and folders, and how one is found in a listing. */
import { comparePaths, type Entry } from '../../api/entries';
import type { RowList } from '../../ui/DataTable/rows';
import { extensionOf, imageTypeOf } from '../preview/content';

/** The last part of a path: "b.txt" of "a/b.txt", "b/" of "a/b/". */
export function nameOf(path: string): string {
  const end = path.endsWith('/') ? path.length - 2 : path.length - 1;
  return path.slice(path.lastIndexOf('/', end) + 1);
}

/** The folder that holds a path, "" at the top. */
export function parentOf(path: string): string {
  return path.slice(0, path.length - nameOf(path).length);
}

/** What the address bar says, as a folder. */
export function asFolder(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

/** Each folder on the way to one: "a/b/" gives a and a/b. */
export function foldersOf(folder: string): { name: string; path: string }[] {
  const parts = folder.split('/').slice(0, -1);
  return parts.map((name, index) => ({ name, path: `${parts.slice(0, index + 1).join('/')}/` }));
}

export function isImage(entry: Entry): boolean {
  return !entry.isFolder && imageTypeOf(entry.path, entry.contentType) !== undefined;
}

/** Where a path is in a listing, which is ordered by path; undefined where it is not. */
export function indexOfPath(entries: RowList<Entry>, path: string): number | undefined {
  let low = 0;
  for (let high = entries.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (comparePaths(entries.at(middle)?.path ?? '', path) < 0) low = middle + 1;
    else high = middle;
  }
  return entries.at(low)?.path === path ? low : undefined;
}

/** As indexOfPath(), in a listing that was sorted otherwise. */
function placeOf(entries: RowList<Entry>, path: string): number | undefined {
  for (let index = 0; index < entries.length; ++index) if (entries.at(index)?.path === path) return index;
  return undefined;
}

/** Those of a listing that have one of the paths, in its order. */
export function entriesAt(entries: RowList<Entry>, paths: ReadonlySet<string>): Entry[] {
  return Array.from(paths, (path) => indexOfPath(entries, path))
    .filter((index) => index !== undefined)
    .sort((left, right) => left - right)
    .map((index) => entries.at(index) as Entry);
}

/** The objects before and after one in a listing, folders left out. */
export function neighboursOf(
  entries: RowList<Entry>,
  path: string,
): { previous: Entry | undefined; next: Entry | undefined } {
  const index = indexOfPath(entries, path) ?? placeOf(entries, path);
  const from = (start: number, step: number) => {
    for (let at = start; at >= 0 && at < entries.length; at += step) {
      const entry = entries.at(at);
      if (entry && !entry.isFolder) return entry;
    }
    return undefined;
  };
  if (index === undefined) return { previous: undefined, next: undefined };
  return { previous: from(index - 1, -1), next: from(index + 1, 1) };
}

const unknownTypes = ['', 'application/octet-stream', 'binary/octet-stream'];

/** One word or two for the column: the content type where it says something, else what the name says. */
export function typeLabel(entry: Entry): string {
  if (entry.isFolder) return 'folder';
  if (!unknownTypes.includes(entry.contentType)) return entry.contentType;
  const extension = extensionOf(entry.path);
  return extension === '' || extension.length > 12 ? '–' : extension;
}

/** "s3://bucket/a/b" taken apart; undefined where it is no such address. */
export function parseS3Address(address: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(address);
  return match ? { bucket: match[1] ?? '', key: match[2] ?? '' } : undefined;
}

/** Whether an address lies below a namespace: "s3://b/ns/x" below "s3://b/ns", and not "s3://b/nsx". */
export function liesBelow(address: string, namespace: string): boolean {
  return address.startsWith(namespace.endsWith('/') ? namespace : `${namespace}/`);
}
