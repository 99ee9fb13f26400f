/** Where a run's files lie in its commit. */

/** In the order in which they are shown: what the command left, then what the runner recorded. */
const places = ['artifacts/', 'config/', 'metrics/', 'logs/', '.anabranch/'];

/**
 * The places of a run's files: those of every run and those of its `--out`, a JSON list of texts as the commit's metadata
 * has it. A place that ends with a slash is a folder; another one is an object or a folder. None lies within another.
 */
export function outputPlaces(outs: string | undefined): string[] {
  const all = [...places];
  for (const out of textsOf(outs)) {
    const place = out.replace(/^(\.?\/)+|\/+$/g, '');
    if (place !== '' && !all.some((other) => isWithin(place, other))) all.push(place);
  }
  return all.filter((place) => !all.some((other) => other !== place && isWithin(place, other)));
}

/** Whether a path is that place or lies below it. */
export function isWithin(path: string, place: string): boolean {
  const folder = place.endsWith('/') ? place : `${place}/`;
  return path === place || `${path}/` === folder || path.startsWith(folder);
}

function textsOf(json: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(json ?? '[]');
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  } catch {
    // Not what a runner writes.
    return [];
  }
}
