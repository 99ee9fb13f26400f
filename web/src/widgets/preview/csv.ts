/** Comma-, tab- and otherwise separated values (RFC 4180): quoted fields, doubled quotes, line breaks in quotes. */
import Papa from 'papaparse';
import { extensionOf } from './content';

export interface Csv {
  header: string[];
  rows: string[][];
}

/**
 * The separator is a tab in .tsv, else the one that fits. `isCut`: the text ends somewhere in the middle; its last line is
 * left out.
 */
export function parseCsv(path: string, text: string, isCut: boolean): Csv {
  const delimiter = extensionOf(path) === 'tsv' ? '\t' : '';
  const { data } = Papa.parse<string[]>(text, {
    delimiter,
    delimitersToGuess: [',', ';', '\t', '|'],
  });
  if (isCut) data.pop();
  // An empty line is no row.
  const [header = [], ...rows] = data.filter((line) => line.length > 1 || line[0] !== '');
  return { header, rows };
}
