/** Line differences of two texts, as rows for two columns. */
import { diffArrays, diffWordsWithSpace } from 'diff';

export interface LineRow {
  kind: 'same' | 'added' | 'removed' | 'changed';
  left?: { number: number; text: string };
  right?: { number: number; text: string };
}

/** Lines that are alike and far from a change, hidden until asked for. */
export interface Fold {
  kind: 'fold';
  from: number;
  count: number;
}

const timeoutMs = 2000;
const contextLines = 3;
/** A fold of fewer lines hides less than it takes. */
const foldLinesMin = 4;

/** Undefined: the texts differ so much that no alignment was found in time. */
export function diffLines(left: string, right: string): LineRow[] | undefined {
  const a = lines(left);
  const b = lines(right);
  const parts = diffArrays(a, b, { timeout: timeoutMs });
  if (!parts) return undefined;
  const rows: LineRow[] = [];
  let leftNumber = 1;
  let rightNumber = 1;
  for (let index = 0; index < parts.length; ++index) {
    const part = parts[index];
    if (!part) continue;
    const next = parts[index + 1];
    if (!part.added && !part.removed) {
      for (const text of part.value) {
        rows.push({
          kind: 'same',
          left: { number: leftNumber++, text },
          right: { number: rightNumber++, text },
        });
      }
      continue;
    }
    const isPair = next !== undefined && (next.added || next.removed) && next.added !== part.added;
    const removed = part.removed ? part.value : isPair ? next.value : [];
    const added = part.added ? part.value : isPair ? next.value : [];
    if (isPair) index += 1;
    for (let at = 0; at < Math.max(removed.length, added.length); ++at) {
      const old = removed[at];
      const fresh = added[at];
      rows.push({
        kind: old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed',
        left: old === undefined ? undefined : { number: leftNumber++, text: old },
        right: fresh === undefined ? undefined : { number: rightNumber++, text: fresh },
      });
    }
  }
  return rows;
}

/** Folds what is far from every change. `opened` holds the `from` of folds that are shown whole. */
export function fold(rows: readonly LineRow[], opened: ReadonlySet<number>): (LineRow | Fold)[] {
  const near = new Uint8Array(rows.length);
  rows.forEach((row, index) => {
    if (row.kind === 'same') return;
    const first = Math.max(0, index - contextLines);
    near.fill(1, first, index + contextLines + 1);
  });
  const shown: (LineRow | Fold)[] = [];
  for (let index = 0; index < rows.length;) {
    let end = index;
    while (end < rows.length && near[end] === 0) end += 1;
    if (end - index >= foldLinesMin && !opened.has(index)) {
      shown.push({ kind: 'fold', from: index, count: end - index });
    } else {
      for (let at = index; at < end; ++at) shown.push(rows[at] as LineRow);
    }
    index = end;
    while (index < rows.length && near[index] === 1) shown.push(rows[index++] as LineRow);
  }
  return shown;
}

export interface Piece {
  text: string;
  isMarked: boolean;
}

/** Lines longer than this are marked whole: words of a megabyte in one line take seconds. */
const markedLengthMax = 2000;

/** Which words of a changed line differ, for either side. */
export function marks(left: string, right: string): { left: Piece[]; right: Piece[] } {
  if (left.length + right.length > markedLengthMax) {
    return { left: [{ text: left, isMarked: true }], right: [{ text: right, isMarked: true }] };
  }
  const parts = diffWordsWithSpace(left, right);
  const side = (isOther: (part: (typeof parts)[number]) => boolean) =>
    parts
      .filter((part) => !isOther(part))
      .map((part) => ({ text: part.value, isMarked: part.added || part.removed }));
  return { left: side((part) => part.added), right: side((part) => part.removed) };
}

function lines(text: string): string[] {
  if (text === '') return [];
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
}
