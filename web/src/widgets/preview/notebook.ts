/** A Jupyter notebook (nbformat 3 and 4), reduced to what may be shown: text and images. */
export interface NotebookCell {
  kind: 'markdown' | 'code' | 'raw';
  source: string;
  executionCount?: number;
  outputs: NotebookOutput[];
}

export type NotebookOutput =
  | { kind: 'text'; text: string; isError: boolean }
  | { kind: 'image'; type: string; base64: string }
  | { kind: 'left-out'; type: string };

export interface Notebook {
  language: string;
  cells: NotebookCell[];
}

type Json = Record<string, unknown>;

/** Undefined where the text is not a notebook. */
export function parseNotebook(text: string): Notebook | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const worksheet: unknown = Array.isArray(value.worksheets) ? value.worksheets[0] : undefined;
  const cells = Array.isArray(value.cells) ? value.cells : isObject(worksheet) ? worksheet.cells : undefined;
  if (!Array.isArray(cells)) return undefined;
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const kernel = isObject(metadata.kernelspec) ? metadata.kernelspec : {};
  return {
    language: typeof kernel.language === 'string' ? kernel.language : '',
    cells: cells.filter(isObject).map(parseCell),
  };
}

function parseCell(cell: Json): NotebookCell {
  const kind = cell.cell_type === 'markdown' ? 'markdown' : cell.cell_type === 'code' ? 'code' : 'raw';
  const count = cell.execution_count ?? cell.prompt_number;
  return {
    kind,
    source: joined(cell.source ?? cell.input),
    ...(typeof count === 'number' ? { executionCount: count } : {}),
    outputs:
      kind === 'code' && Array.isArray(cell.outputs)
        ? cell.outputs.filter(isObject).flatMap(parseOutput)
        : [],
  };
}

function parseOutput(output: Json): NotebookOutput[] {
  if (output.output_type === 'stream') {
    return [
      { kind: 'text', text: joined(output.text), isError: (output.name ?? output.stream) === 'stderr' },
    ];
  }
  if (output.output_type === 'error' || output.output_type === 'pyerr') {
    return [{ kind: 'text', text: joined(output.traceback, '\n'), isError: true }];
  }
  const data = isObject(output.data) ? output.data : output;
  const image = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'].find(
    (type) => data[type] !== undefined,
  );
  if (image !== undefined) return [{ kind: 'image', type: image, base64: joined(data[image]) }];
  if (data['text/plain'] !== undefined) {
    return [{ kind: 'text', text: joined(data['text/plain']), isError: false }];
  }
  const [type] = Object.keys(data);
  return type === undefined ? [] : [{ kind: 'left-out', type }];
}

function joined(value: unknown, separator = ''): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string').join(separator) : '';
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
