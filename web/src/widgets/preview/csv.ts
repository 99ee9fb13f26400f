/** Comma- and tab-separated values (RFC 4180): quoted fields, doubled quotes, line breaks in quotes. */
export interface Csv {
  header: string[];
  rows: string[][];
}

/** `isCut`: the text ends somewhere in the middle; the last line is left out then. */
export function parseCsv(text: string, separator: string, isCut: boolean): Csv {
  const lines: string[][] = [];
  let line: string[] = [];
  let field = '';
  let quoted = false;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const endLine = () => {
    line.push(field);
    field = '';
    // An empty line is no row.
    if (line.length > 1 || line[0] !== '') lines.push(line);
    line = [];
  };
  while (at < text.length) {
    const character = text.charAt(at);
    if (quoted) {
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === separator) {
      line.push(field);
      field = '';
    } else if (character === '\n') endLine();
    else if (character !== '\r' || text.charAt(at + 1) !== '\n') field += character;
    at += 1;
  }
  if (!isCut && (field !== '' || line.length > 0)) endLine();
  const [header = [], ...rows] = lines;
  return { header, rows };
}

/** Tabs in .tsv; else whatever parts the first line most often. */
export function separatorOf(path: string, text: string): string {
  if (path.toLowerCase().endsWith('.tsv')) return '\t';
  const first = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n'));
  const candidates = [',', ';', '\t', '|'];
  const counts = candidates.map((candidate) => first.split(candidate).length);
  return candidates[counts.indexOf(Math.max(...counts))] ?? ',';
}
