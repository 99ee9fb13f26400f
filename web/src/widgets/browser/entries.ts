/** Objects and folders of a listing, of a repository or of a bucket. A folder is a prefix that ends with a slash. */
import { extensionOf, imageTypeOf } from '../preview/content';

export interface Entry {
  /** The whole path or key; that of a folder ends with "/". */
  path: string;
  isFolder: boolean;
  sizeBytes: number;
  /** Undefined for folders. */
  modifiedMs: number | undefined;
  contentType: string;
  /** Tells contents apart: the checksum or ETag. */
  version: string;
}

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
