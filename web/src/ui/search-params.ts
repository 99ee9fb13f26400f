/**
 * Search parameters of a URL, checked: what a feature's `routes.ts` builds its validators from. Whatever the address bar
 * holds, a page gets values of the type it expects, or undefined.
 */
export type RawSearch = Record<string, unknown>;

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A parameter that may be repeated. */
export function texts(value: unknown): string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).filter(
    (each): each is string => text(each) !== undefined,
  );
  return all.length > 0 ? all : undefined;
}

export function oneOf<const Choice extends string>(
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === value);
}

export function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** Present as `1`, absent otherwise. */
export function flag(value: unknown): true | undefined {
  return value === true || value === '1' || value === 'true' ? true : undefined;
}

/** The query of a URL as values; repeated names become lists. */
export function parseSearch(search: string): RawSearch {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const present = result[name];
    if (present === undefined) result[name] = value;
    else result[name] = Array.isArray(present) ? [...present, value] : [present, value];
  }
  return result;
}

/** The other way; slashes stay as they are, so that paths can be read in the address bar. */
export function stringifySearch(search: RawSearch): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) {
      if (each === true) parameters.append(name, '1');
      else if (typeof each === 'number' || (typeof each === 'string' && each !== '')) {
        parameters.append(name, String(each));
      }
    }
  }
  const text = parameters.toString().replaceAll('%2F', '/');
  return text === '' ? '' : `?${text}`;
}
