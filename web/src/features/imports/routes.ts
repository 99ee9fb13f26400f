/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { integer, text, texts, type RawSearch } from '../../ui/search-params';

export const importPage: PageLoader = () => import('./index').then((module) => module.ImportPage);

export interface ImportSearch {
  /** What is imported into. */
  branch?: string;
  /** Of an import that was started; with it the page shows how far it is. */
  id?: string;
  /** The server's time when it began, in milliseconds. */
  since?: number;
  /** The bucket and the prefix that are looked at; without a bucket, what buckets begin with. */
  bucket?: string;
  prefix?: string;
  /** s3:// URIs of what is to be imported; a prefix ends with a slash. */
  source?: string[];
}

export function importSearch(search: RawSearch): ImportSearch {
  return {
    branch: text(search.branch),
    id: text(search.id),
    since: integer(search.since),
    bucket: text(search.bucket),
    prefix: text(search.prefix),
    source: texts(search.source),
  };
}
