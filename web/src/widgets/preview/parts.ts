/** An object in parts: counted from its beginning, or backwards from its end. */

export type PartsFrom = 'start' | 'end';

/** The bytes [start, end) of part `index`; none past the other end. Parts begin at multiples of `unit`, as `amount` is one. */
export function partRange(
  index: number,
  from: PartsFrom,
  sizeBytes: number,
  amount: number,
  unit = 1,
): [start: number, end: number] {
  if (from === 'start') {
    return [Math.min(sizeBytes, index * amount), Math.min(sizeBytes, (index + 1) * amount)];
  }
  const startOf = (part: number) => {
    const start = Math.max(0, sizeBytes - part * amount);
    return start - (start % unit);
  };
  return [startOf(index + 1), index === 0 ? sizeBytes : startOf(index)];
}

/** Parts in the order in which they were read, as the bytes that they are. */
export function joinParts(
  parts: readonly Uint8Array<ArrayBuffer>[],
  from: PartsFrom,
): Uint8Array<ArrayBuffer> {
  if (parts.length === 1 && parts[0]) return parts[0];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of from === 'start' ? parts : parts.toReversed()) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}

const continuationMask = 0xc0;
const continuation = 0x80;
/** Bytes of a character in UTF-8 after its first, at most. */
const continuationsMax = 3;

/** The text of bytes that may begin and end within a character; bytes that are no text become U+FFFD. */
export function decodeLoosely(bytes: Uint8Array): string {
  let start = 0;
  while (start < continuationsMax && ((bytes[start] ?? 0) & continuationMask) === continuation) ++start;
  return new TextDecoder('utf-8').decode(bytes.subarray(start), { stream: true });
}
