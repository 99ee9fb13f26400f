/** Sources of an import and where they go. */
import type { ImportLocation } from '../../api/types';

export interface Source {
  /** s3://bucket/key; a prefix is empty or ends with a slash. */
  uri: string;
  destination: string;
}

export function isPrefix(uri: string): boolean {
  return uri.endsWith('/');
}

/** Where a source goes unless told: a prefix and an object under their own names. */
export function defaultDestination(uri: string): string {
  const path = uri.replace(/^s3:\/\/[^/]+\/?/, '');
  if (!isPrefix(uri)) return path.slice(path.lastIndexOf('/') + 1);
  const parts = path.split('/').filter(Boolean);
  const last = parts.at(-1);
  return last === undefined ? '' : `${last}/`;
}

export function toLocation({ uri, destination }: Source): ImportLocation {
  if (!isPrefix(uri)) return { type: 'object', path: uri, destination: destination.trim() };
  const folder = destination.trim();
  return {
    type: 'common_prefix',
    path: uri,
    destination: folder === '' || folder.endsWith('/') ? folder : `${folder}/`,
  };
}

/** What keeps the sources from being imported together; undefined: nothing. */
export function problemOf(sources: readonly Source[]): string | undefined {
  for (const source of sources) {
    const destination = source.destination.trim();
    if (!isPrefix(source.uri) && (destination === '' || destination.endsWith('/'))) {
      return `Give ${source.uri} a path to go to.`;
    }
    if (destination.startsWith('/')) return 'Paths do not begin with a slash.';
  }
  const places = sources.map((source) => toLocation(source).destination);
  const twice = places.find((place, index) => place !== '' && places.indexOf(place) !== index);
  return twice === undefined ? undefined : `Two sources go to ${twice}.`;
}
