/** How the difference of two contents is shown. */
import { kindsOf } from '../preview/content';

export type ContentKind = 'text' | 'json' | 'csv' | 'image' | 'binary';

/** More than this of an object is not compared line by line. */
export const comparedBytesMax = 4 * 1024 * 1024;

/** What the name promises; whether it is text at all is told by the bytes. */
export function expectedKind(path: string): Exclude<ContentKind, 'binary'> {
  switch (kindsOf(path)?.[0]) {
    case 'image':
      return 'image';
    case 'json':
    case 'notebook':
      return 'json';
    case 'table':
      return 'csv';
    default:
      return 'text';
  }
}
