import { describe, expect, it } from 'vitest';
import { GraphLayout, lanesMax, layOut, type GraphCommit, type GraphRow } from './graph-layout';

/** "c: b a" is a commit c with the parents b and a. */
function commits(...lines: string[]): GraphCommit[] {
  return lines.map((line) => {
    const [id = '', parents = ''] = line.split(':');
    return { id, parents: parents.split(' ').filter(Boolean) };
  });
}

const lanes = (rows: readonly GraphRow[]) => rows.map((row) => row.lane);

/** What leaves a row at the bottom enters the next one at the top. */
function expectConnected(rows: readonly GraphRow[]): void {
  for (let index = 1; index < rows.length; ++index) {
    const leaving = new Set(rows[index - 1]?.lower.map((line) => line.to));
    const entering = new Set(rows[index]?.upper.map((line) => line.from));
    expect(entering).toEqual(leaving);
  }
}

describe('layOut', () => {
  it('keeps a straight history in one lane', () => {
    const { rows, width } = layOut(commits('c: b', 'b: a', 'a'));

    expect(lanes(rows)).toEqual([0, 0, 0]);
    expect(width).toBe(1);
    expect(rows[0]).toMatchObject({ isHead: true, upper: [], lower: [{ from: 0, to: 0 }] });
    expect(rows[2]).toMatchObject({ isHead: false, lower: [] });
    expectConnected(rows);
  });

  it('gives a merged branch a lane beside, and ends it at the fork', () => {
    const { rows, width } = layOut(commits('m: b f', 'f: a', 'b: a', 'a'));

    expect(lanes(rows)).toEqual([0, 1, 0, 0]);
    expect(width).toBe(2);
    expect(rows[0]).toMatchObject({ isMerge: true });
    expect(rows[0]?.lower.map(({ from, to }) => [from, to])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(rows[3]?.upper.map(({ from, to }) => [from, to])).toContainEqual([1, 0]);
    expectConnected(rows);
  });

  it('keeps the default branch at the left although others are newer', () => {
    const { rows } = layOut(commits('x: a', 'y: a', 'main2: main1', 'main1: a', 'a'), 'main2');

    expect(lanes(rows)).toEqual([1, 2, 0, 0, 0]);
    expect(rows[0]?.upper).toEqual([]);
    expect(rows[2]).toMatchObject({ isHead: true });
    expectConnected(rows);
  });

  it('draws the default branch from the first child of its head on', () => {
    const { rows } = layOut(commits('x: main', 'main: a', 'a'), 'main');

    expect(lanes(rows)).toEqual([1, 0, 0]);
    expect(rows[0]?.lower.map(({ from, to }) => [from, to])).toEqual([[1, 0]]);
    expect(rows[1]?.isHead).toBe(false);
    expectConnected(rows);
  });

  it('is narrow for a sweep of many runs from one commit', () => {
    const runs = Array.from({ length: 500 }, (_, run) => `r${run}: input`);

    const { rows, width } = layOut(commits(...runs, 'main: input', 'input'), 'main');

    expect(width).toBeLessThanOrEqual(3);
    expectConnected(rows);
  });

  it('draws no more lanes than fit, however many there are', () => {
    const heads = Array.from({ length: 40 }, (_, head) => `h${head}: p${head}`);
    const roots = Array.from({ length: 40 }, (_, head) => `p${head}`);

    const { rows, width } = layOut(commits(...heads, ...roots));

    expect(width).toBe(lanesMax);
    expect(Math.max(...lanes(rows))).toBe(lanesMax - 1);
    for (const row of rows) expect(row.lower.length).toBeLessThanOrEqual(lanesMax * 2);
  });

  it('gives the same rows whatever comes after them', () => {
    const all = commits('m: b f', 'f: e', 'b: a', 'e: a', 'a: z', 'z');

    expect(layOut(all.slice(0, 3)).rows).toEqual(layOut(all).rows.slice(0, 3));
  });

  it('goes on where the last page ended', () => {
    const all = commits('m: b f', 'f: e', 'b: a', 'e: a', 'a: z', 'z');
    const layout = new GraphLayout();

    layout.extend(all.slice(0, 2));
    layout.extend(all);

    expect(layout.rows).toEqual(layOut(all).rows);
  });
});
