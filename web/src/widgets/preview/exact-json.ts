/**
 * JSON whose numbers keep the digits that were written: 9007199254740993 is not 9007199254740992, and an id of twenty
 * digits stays one. The platform's own parser reads; it hands out the text that each number was made of.
 */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** What reviving a value is told of its source by browsers since 2023. */
interface Source {
  source?: string;
}

type Reviver = (this: unknown, key: string, value: unknown, context?: Source) => unknown;

/** Undefined: not JSON, or a browser that cannot tell the text of a number. Numbers are JsonNumber, the rest is plain. */
export function parseExactJson(text: string): { value: unknown } | undefined {
  let isExact = true as boolean;
  const keepDigits: Reviver = (_key, value, context) => {
    if (typeof value !== 'number') return value;
    if (context?.source === undefined) isExact = false;
    return new JsonNumber(context?.source ?? String(value));
  };
  try {
    const value: unknown = JSON.parse(text, keepDigits);
    return isExact ? { value } : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a number as one text for all ways to write it: 1, 1.0, 10e-1 are the same, of any size. */
export function canonicalNumber(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!found) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

/** A value in a line, with numbers as they were written; `isCanonical`: for comparing values. */
export function jsonText(value: unknown, isCanonical = false): string {
  if (value instanceof JsonNumber) return isCanonical ? canonicalNumber(value.text) : value.text;
  if (Array.isArray(value)) return `[${value.map((each) => jsonText(each, isCanonical)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (isCanonical) entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${jsonText(each, isCanonical)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
