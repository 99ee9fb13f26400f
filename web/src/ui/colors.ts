/**
 * Colours that tell series apart, in both schemes, also for those who confuse red and green: ten, and ten lighter or
 * darker ones that are drawn with dashes.
 */
const light = [
  '#0e7a8f',
  '#c2570c',
  '#6a4fc0',
  '#1f7a4d',
  '#b3261e',
  '#8a5a00',
  '#3563c9',
  '#a8327f',
  '#4b5861',
  '#5d7a00',
  '#2b9fb5',
  '#e0701a',
  '#9a7cf0',
  '#2f9e63',
  '#e5484d',
  '#b07a10',
  '#5b8def',
  '#d65db1',
  '#7a8b96',
  '#849417',
];
const dark = [
  '#46b3c4',
  '#f2994a',
  '#a592f0',
  '#5bc98f',
  '#ff8787',
  '#e6b455',
  '#82a8ff',
  '#ec8ac4',
  '#b9c5cc',
  '#b5cf53',
  '#8fdbe8',
  '#ffc78a',
  '#cfc4ff',
  '#a3e8bf',
  '#ffb3b3',
  '#f2d58f',
  '#b8ceff',
  '#f7bfe0',
  '#8798a3',
  '#d9ea95',
];

export type Scheme = 'light' | 'dark';

export function seriesColor(index: number, scheme: Scheme): string {
  const colors = scheme === 'dark' ? dark : light;
  return colors[index % colors.length] ?? '#888888';
}

/** Lines of a colour that is there twice differ by these; the first ten colours are drawn through. */
const dashes: readonly (readonly number[] | undefined)[] = [
  undefined,
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
  [4, 2],
  [12, 5],
];
const tones = 10;

/** How many looks of a line there are before one comes again. */
export const lineLooks = light.length * (dashes.length / 2);

/** The dashes of the line that has seriesColor(index); undefined: it is drawn through. */
export function seriesDash(index: number): readonly number[] | undefined {
  const round = Math.floor(index / light.length) % (dashes.length / 2);
  return dashes[round * 2 + (index % light.length >= tones ? 1 : 0)];
}

/** A background that shows a line's colour and dashes, upright. */
export function swatchOf(color: string | undefined, dash: readonly number[] | undefined): string | undefined {
  if (color === undefined || dash === undefined) return color;
  const stops: string[] = [];
  let at = 0;
  dash.forEach((length, index) => {
    const tone = index % 2 === 0 ? color : 'transparent';
    stops.push(`${tone} ${at}px ${at + length}px`);
    at += length;
  });
  return `repeating-linear-gradient(${stops.join(', ')})`;
}
