/**
 * Lanes of a commit graph. Commits come newest first, children before their parents; each row says where its commit lies
 * and which lines cross its upper and its lower half. A row depends only on the rows above it, so that pages that arrive
 * later change nothing that is drawn.
 *
 * A lane waits for one commit: the next one on its line. A commit takes the leftmost lane that waits for it and ends the
 * others. Its first parent stays in its lane unless a lane further left waits for it already: a hundred branches that begin
 * at one commit are a few lanes wide, not a hundred.
 */

export interface GraphCommit {
  id: string;
  parents: readonly string[];
}

/** A line from a lane at one edge of a half row to a lane at the other edge. */
export interface GraphLine {
  from: number;
  to: number;
  color: number;
}

export interface GraphRow {
  lane: number;
  color: number;
  /** No commit above is its child: the head of something. */
  isHead: boolean;
  isMerge: boolean;
  /** From the row's top edge to its middle. */
  upper: GraphLine[];
  /** From its middle to its bottom edge. */
  lower: GraphLine[];
}

interface Lane {
  waitsFor: string;
  color: number;
  /** Kept free for the default branch: nothing leads to it yet, so nothing is drawn. */
  isReserved: boolean;
}

/** Lanes past this one are drawn on top of each other. */
export const lanesMax = 12;

export class GraphLayout {
  private readonly lanes: (Lane | undefined)[] = [];
  private colors = 0;
  private lanesUsed = 1;
  readonly rows: GraphRow[] = [];

  /** `mainHead`: the default branch's commit, which gets the leftmost lane from its first row on. */
  constructor(mainHead?: string) {
    if (mainHead !== undefined)
      this.lanes.push({ waitsFor: mainHead, color: this.colors++, isReserved: true });
  }

  /** Lanes of the rows so far, as drawn. */
  get width(): number {
    return Math.min(this.lanesUsed, lanesMax);
  }

  /** Lays out what was appended to the list since the last call. */
  extend(commits: readonly GraphCommit[]): void {
    for (let index = this.rows.length; index < commits.length; ++index) {
      this.rows.push(this.add(commits[index] as GraphCommit));
    }
  }

  private add(commit: GraphCommit): GraphRow {
    const waiting = this.lanes.flatMap((lane, index) => (lane?.waitsFor === commit.id ? [index] : []));
    const isHead = waiting.every((index) => this.lanes[index]?.isReserved);
    const lane = waiting[0] ?? this.freeLane();
    const color = this.lanes[lane]?.color ?? this.colors++;

    const upper = this.lines((_, index) => (waiting.includes(index) ? lane : index));
    for (const index of waiting) this.lanes[index] = undefined;
    const others = this.lines((_, index) => index);
    const lower = commit.parents.map((parent, order) => this.lead(parent, lane, color, order === 0));
    this.trim();

    this.lanesUsed = Math.max(this.lanesUsed, lane + 1, ...lower.map((line) => line.to + 1));
    return {
      lane: drawn(lane),
      color,
      isHead,
      isMerge: commit.parents.length > 1,
      upper: upper.map(drawnLine),
      lower: unique([...others, ...lower].map(drawnLine)),
    };
  }

  /** The line from the commit in `lane` towards a parent, which takes or joins a lane. */
  private lead(parent: string, lane: number, color: number, isFirst: boolean): GraphLine {
    const waiting = this.lanes.findIndex((other) => other?.waitsFor === parent && !other.isReserved);
    const reserved = this.lanes.findIndex((other) => other?.waitsFor === parent && other.isReserved);
    if (reserved !== -1) {
      const line = this.lanes[reserved] as Lane;
      this.lanes[reserved] = { ...line, isReserved: false };
      return { from: lane, to: reserved, color };
    }
    if (waiting !== -1 && (waiting < lane || !isFirst)) return { from: lane, to: waiting, color };
    const taken = isFirst ? lane : this.freeLane(lane + 1);
    const taking = isFirst ? color : this.colors++;
    this.lanes[taken] = { waitsFor: parent, color: taking, isReserved: false };
    return { from: lane, to: taken, color: taking };
  }

  private lines(to: (lane: Lane, index: number) => number): GraphLine[] {
    return this.lanes.flatMap((lane, index) =>
      lane && !lane.isReserved ? [{ from: index, to: to(lane, index), color: lane.color }] : [],
    );
  }

  private freeLane(from = 0): number {
    for (let index = from; index < this.lanes.length; ++index) {
      if (this.lanes[index] === undefined) return index;
    }
    return Math.max(from, this.lanes.length);
  }

  private trim(): void {
    while (this.lanes.length > 0 && this.lanes.at(-1) === undefined) this.lanes.pop();
  }
}

function drawn(lane: number): number {
  return Math.min(lane, lanesMax - 1);
}

function drawnLine(line: GraphLine): GraphLine {
  return { ...line, from: drawn(line.from), to: drawn(line.to) };
}

/** Lines that the cap put on top of each other are drawn once. */
function unique(lines: GraphLine[]): GraphLine[] {
  const seen = new Set<number>();
  return lines.filter((line) => {
    const place = line.from * lanesMax + line.to;
    return seen.has(place) ? false : Boolean(seen.add(place));
  });
}

/** All rows at once. */
export function layOut(commits: readonly GraphCommit[], mainHead?: string): GraphLayout {
  const layout = new GraphLayout(mainHead);
  layout.extend(commits);
  return layout;
}
