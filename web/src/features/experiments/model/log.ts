/**
 * What a run printed, as lines of styled text. Escape codes for colour and weight become styles; every other one is left
 * out, so that no output moves a cursor, sets a title or hides text. A carriage return begins the line anew, as in a
 * terminal: of a progress bar its last state stays.
 */
export interface Style {
  /** 0 to 15 of the terminal's palette, or `#rrggbb`. */
  color?: number | string;
  background?: number | string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
}

export interface Span {
  text: string;
  style: Style;
}

/** CSI, OSC (to BEL or ST) and other escapes, and control characters but tab. */

const escapes =
  /\x1b\[([0-9;:?<=>]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

/** A line longer than this is shown cut: a browser lays a single line out slowly. */
export const lineLengthMax = 4000;

export class LogText {
  /** Raw lines, without their ends; the last one may still grow. */
  lines: string[] = [''];
  private styles: Style[] = [{}];
  /** How many lines have a known style at their beginning. */
  private styled = 1;

  constructor(text = '') {
    this.append(text);
  }

  append(text: string): void {
    if (text === '') return;
    const [first = '', ...rest] = text.split('\n');
    const last = this.lines.length - 1;
    this.lines[last] = (this.lines[last] ?? '') + first;
    for (const line of rest) this.lines.push(line);
  }

  get count(): number {
    // Text that ends with a newline has no line after it.
    return this.lines.at(-1) === '' ? this.lines.length - 1 : this.lines.length;
  }

  spans(index: number): Span[] {
    while (this.styled <= index) {
      const before = this.styles[this.styled - 1] ?? {};
      this.styles[this.styled] = parseLine(this.lines[this.styled - 1] ?? '', before).after;
      this.styled += 1;
    }
    return parseLine(this.lines[index] ?? '', this.styles[index] ?? {}).spans;
  }

  plain(index: number): string {
    return plainText(this.lines[index] ?? '');
  }

  /** Lines that hold the text, whatever its case. */
  find(wanted: string): number[] {
    const found: number[] = [];
    const lower = wanted.toLowerCase();
    if (lower === '') return found;
    for (let index = 0; index < this.count; index += 1) {
      if (this.plain(index).toLowerCase().includes(lower)) found.push(index);
    }
    return found;
  }
}

function lastOverwrite(line: string): string {
  const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
  return whole.slice(whole.lastIndexOf('\r') + 1);
}

export function plainText(line: string): string {
  return lastOverwrite(line).replace(escapes, '');
}

export function parseLine(line: string, before: Style): { spans: Span[]; after: Style } {
  const shown = lastOverwrite(line).slice(0, lineLengthMax);
  const spans: Span[] = [];
  let style = before;
  // Styles that were set in what was overwritten hold on.
  for (const found of line.slice(0, line.length - lastOverwrite(line).length).matchAll(escapes)) {
    if (found[2] === 'm') style = applyStyle(style, found[1] ?? '');
  }
  let from = 0;
  const push = (text: string) => {
    if (text !== '') spans.push({ text, style });
  };
  for (const found of shown.matchAll(escapes)) {
    push(shown.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[2] === 'm') style = applyStyle(style, found[1] ?? '');
  }
  push(shown.slice(from));
  return { spans, after: style };
}

function applyStyle(style: Style, codes: string): Style {
  let next: Style = { ...style };
  const numbers = codes.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next = { ...next, bold: undefined, dim: undefined };
    else if (code === 23) next.italic = undefined;
    else if (code === 24) next.underline = undefined;
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code === 39) next.color = undefined;
    else if (code >= 40 && code <= 47) next.background = code - 40;
    else if (code === 49) next.background = undefined;
    else if (code >= 90 && code <= 97) next.color = code - 90 + 8;
    else if (code >= 100 && code <= 107) next.background = code - 100 + 8;
    else if (code === 38 || code === 48) {
      const { color, used } = extendedColor(numbers.slice(index + 1));
      if (code === 38) next.color = color;
      else next.background = color;
      index += used;
    }
  }
  return next;
}

/** `5;n` of 256 colours, or `2;r;g;b`. */
function extendedColor(codes: readonly number[]): { color: number | string | undefined; used: number } {
  const byte = (at: number) => Math.max(0, Math.min(255, codes[at] ?? 0));
  if (codes[0] === 2) return { color: hex(byte(1), byte(2), byte(3)), used: 4 };
  if (codes[0] !== 5) return { color: undefined, used: 0 };
  const index = byte(1);
  if (index < 16) return { color: index, used: 2 };
  if (index >= 232) return { color: hex(...grey(8 + (index - 232) * 10)), used: 2 };
  const level = (each: number) => (each === 0 ? 0 : 55 + each * 40);
  const cube = index - 16;
  return {
    color: hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)),
    used: 2,
  };
}

function grey(level: number): [number, number, number] {
  return [level, level, level];
}

function hex(...parts: [number, number, number]): string {
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}
