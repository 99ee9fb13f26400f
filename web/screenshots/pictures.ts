/** The pictures of the data set: digits, drawn by code, each a little different and every time the same. */
import { crc32, deflateSync } from 'node:zlib';

const side = 64;
const glyphs = [
  '01110100011001110101110011000101110',
  '00100011000010000100001000010001110',
  '01110100010000100110010001000011111',
  '01110100010000100110000011000101110',
  '00010001100101010010111110001000010',
  '11111100001111000001000011000101110',
  '01110100001000011110100011000101110',
  '11111000010001000100010000100001000',
  '01110100011000101110100011000101110',
  '01110100011000101111000010000101110',
];
const glyphWidth = 5;
const glyphHeight = 7;

export function digitPicture(digit: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = randomOf(digit * 1000 + seed);
  const angle = (random() - 0.5) * 0.6;
  const scale = 6.2 + random() * 1.4;
  const shiftX = (random() - 0.5) * 8;
  const shiftY = (random() - 0.5) * 8;
  const hue = digit * 36 + random() * 24;
  const pixels = Buffer.alloc(side * (1 + side * 3));
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const dx = x - side / 2 - shiftX;
      const dy = y - side / 2 - shiftY;
      const column = (dx * Math.cos(angle) + dy * Math.sin(angle)) / scale + glyphWidth / 2 - 0.5;
      const row = (dy * Math.cos(angle) - dx * Math.sin(angle)) / scale + glyphHeight / 2 - 0.5;
      const ink = Math.min(1, Math.max(0, (inkAt(digit, column, row) - 0.42) * 8));
      const ground = colorOf(hue, 0.55, 0.2 + (0.16 * (x + y)) / (2 * side));
      const paint = colorOf(hue, 0.75, 0.86);
      const at = y * (1 + side * 3) + 1 + x * 3;
      for (let part = 0; part < 3; part += 1)
        pixels[at + part] = (ground[part] ?? 0) * (1 - ink) + (paint[part] ?? 0) * ink;
    }
  }
  return png(pixels);
}

/** Between the glyph's dots, so that its edges are round. */
function inkAt(digit: number, column: number, row: number): number {
  const left = Math.floor(column);
  const top = Math.floor(row);
  const right = column - left;
  const below = row - top;
  const dot = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < glyphWidth && y < glyphHeight
      ? Number(glyphs[digit]?.[y * glyphWidth + x] ?? 0)
      : 0;
  return (
    (dot(left, top) * (1 - right) + dot(left + 1, top) * right) * (1 - below) +
    (dot(left, top + 1) * (1 - right) + dot(left + 1, top + 1) * right) * below
  );
}

function colorOf(hue: number, saturation: number, lightness: number): number[] {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const turn = (offset + hue / 30) % 12;
    return 255 * (lightness - reach * Math.max(-1, Math.min(turn - 3, 9 - turn, 1)));
  });
}

function png(lines: Buffer): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  const chunk = (type: string, data: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(typed), 4);
    return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
  };
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(lines)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

/** Numbers between 0 and 1, the same ones for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state / 2 ** 32;
  };
}
