/** What lies in a folder of a repository or a bucket. A folder is a prefix that ends with a slash. */
export interface Entry {
  /** The whole path or key; that of a folder ends with "/". */
  path: string;
  isFolder: boolean;
  sizeBytes: number;
  /** Undefined for folders. */
  modifiedMs: number | undefined;
  contentType: string;
  /** Tells contents apart: the checksum or ETag. */
  version: string;
}

/**
 * A page of entries in a few flat arrays, entries being made when they are asked for: a million objects with their strings
 * hold up the page whenever the garbage collector looks at them all, these cost it nothing.
 */
export class EntryList implements Iterable<Entry> {
  readonly length: number;
  /** Path (less `prefix`) and version of each entry, all in one. */
  private readonly text: string;
  /** Where in `text` the path and the version of each entry end. */
  private readonly ends: Uint32Array;
  private readonly folders: Uint8Array;
  private readonly sizes: Float64Array;
  private readonly times: Float64Array;
  /** Indexes of `typeNames`. */
  private readonly types: Uint32Array;
  private readonly typeNames: readonly string[];

  /** `prefix` is what all paths begin with. */
  constructor(
    private readonly prefix: string,
    entries: readonly Entry[],
  ) {
    this.length = entries.length;
    this.ends = new Uint32Array(2 * entries.length);
    this.folders = Uint8Array.from(entries, (entry) => Number(entry.isFolder));
    this.sizes = Float64Array.from(entries, (entry) => entry.sizeBytes);
    this.times = Float64Array.from(entries, (entry) => entry.modifiedMs ?? NaN);
    const typeIndexes = new Map<string, number>();
    this.types = Uint32Array.from(entries, ({ contentType }) => {
      const index = typeIndexes.get(contentType) ?? typeIndexes.size;
      typeIndexes.set(contentType, index);
      return index;
    });
    this.typeNames = [...typeIndexes.keys()];
    const texts = entries.flatMap((entry) => [entry.path.slice(prefix.length), entry.version]);
    let end = 0;
    texts.forEach((text, index) => (this.ends[index] = end += text.length));
    this.text = texts.join('');
  }

  at(index: number): Entry | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const [begin = 0, middle, end] = [
      this.ends[2 * index - 1],
      this.ends[2 * index],
      this.ends[2 * index + 1],
    ];
    const isFolder = this.folders[index] === 1;
    return {
      path: this.prefix + this.text.slice(begin, middle),
      isFolder,
      sizeBytes: this.sizes[index] ?? 0,
      modifiedMs: isFolder ? undefined : this.times[index],
      contentType: this.typeNames[this.types[index] ?? 0] ?? '',
      version: this.text.slice(middle, end),
    };
  }

  /** Those whose path, less the prefix, has `part` in it, whatever the case of its letters; `part` is in lower case. */
  matching(part: string): Entry[] {
    const lower = this.text.toLowerCase();
    const found: Entry[] = [];
    // A letter that becomes two in lower case moves all that follow it: then one by one.
    if (lower.length !== this.text.length || part === '') {
      for (const entry of this)
        if (entry.path.slice(this.prefix.length).toLowerCase().includes(part)) found.push(entry);
      return found;
    }
    for (let index = 0, at = lower.indexOf(part); at !== -1;) {
      while ((this.ends[2 * index + 1] ?? Infinity) <= at) ++index;
      if (at + part.length <= (this.ends[2 * index] ?? 0)) {
        found.push(this.at(index) as Entry);
        at = lower.indexOf(part, this.ends[2 * index + 1]);
      } else {
        at = lower.indexOf(part, at + 1);
      }
    }
    return found;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (let index = 0; index < this.length; ++index) yield this.at(index) as Entry;
  }
}

/** The order of listings: by the bytes of UTF-8, which is not quite that of JavaScript's `<`. */
export function comparePaths(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; ++at) {
    const difference = bytesRank(left.charCodeAt(at)) - bytesRank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Surrogates stand for characters past all others. */
function bytesRank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit < 0xe000 ? codeUnit + 0x10000 : codeUnit;
}
