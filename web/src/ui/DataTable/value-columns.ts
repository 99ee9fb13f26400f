/** Columns of values that nobody described, such as a file's: as wide as what they hold. */

/** More columns are nothing to look at, and thousands are slow. */
export const valueColumnsMax = 200;
export const sampledRows = 50;
const widthMin = 64;
const widthMax = 320;
const characterWidth = 8.2;
const cellPadding = 26;

/** Pixels for the header and some of the values, whose lengths are counted in characters. */
export function valueWidth(header: string, lengths: readonly number[]): number {
  const longest = Math.max(header.length, ...lengths);
  return Math.min(widthMax, Math.max(widthMin, Math.round(longest * characterWidth) + cellPadding));
}
