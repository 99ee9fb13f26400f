/** Colours that tell series apart, in both schemes, also for those who confuse red and green. */
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
];

export type Scheme = 'light' | 'dark';

export function seriesColor(index: number, scheme: Scheme): string {
  const colors = scheme === 'dark' ? dark : light;
  return colors[index % colors.length] ?? '#888888';
}
