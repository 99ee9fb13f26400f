import { useMemo, type ReactElement } from 'react';
import { BlobImage } from './BlobImage';
import { decodeText, visibleText, withoutEscapeCodes } from './content';
import { HeadOfObject } from './HeadOfObject';
import { MarkdownText } from './MarkdownView';
import { parseNotebook, type NotebookCell, type NotebookOutput } from './notebook';
import classes from './preview.module.css';
import type { PreviewSource } from './source';
import { TextView } from './TextView';

const notebookBytesMax = 16 * 1024 * 1024;
const outputLengthMax = 20_000;

/** A Jupyter notebook: cells and their outputs as text and images. HTML and scripts of outputs are left out. */
export function NotebookView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <HeadOfObject source={source} amount={notebookBytesMax}>
      {(bytes, isCut) => <Parsed source={source} bytes={bytes} isCut={isCut} />}
    </HeadOfObject>
  );
}

function Parsed({
  source,
  bytes,
  isCut,
}: {
  source: PreviewSource;
  bytes: Uint8Array;
  isCut: boolean;
}): ReactElement {
  const notebook = useMemo(
    () => (isCut ? undefined : parseNotebook(decodeText(bytes, false) ?? '')),
    [bytes, isCut],
  );
  if (!notebook) {
    return <TextView source={source} note="This cannot be read as a notebook: it is shown as text." />;
  }
  return (
    <div className={classes.document} tabIndex={0} role="region" aria-label="Notebook">
      {notebook.cells.map((cell, index) => (
        <Cell key={index} cell={cell} />
      ))}
    </div>
  );
}

function Cell({ cell }: { cell: NotebookCell }): ReactElement {
  if (cell.kind === 'markdown') {
    return (
      <div className={classes.cell}>
        <MarkdownText text={cell.source} />
      </div>
    );
  }
  return (
    <div className={classes.cell}>
      <div className={classes.cellCode}>
        <span className={classes.cellCount}>[{cell.executionCount ?? ' '}]</span>
        <pre tabIndex={0}>{visibleText(cell.source)}</pre>
      </div>
      {cell.outputs.map((output, index) => (
        <Output key={index} output={output} />
      ))}
    </div>
  );
}

function Output({ output }: { output: NotebookOutput }): ReactElement {
  if (output.kind === 'image') return <OutputImage type={output.type} base64={output.base64} />;
  if (output.kind === 'left-out') {
    return <div className={classes.leftOut}>Output of type {output.type} is not shown.</div>;
  }
  const text = visibleText(withoutEscapeCodes(output.text));
  return (
    <pre className={`${classes.output} ${output.isError ? classes.errorOutput : ''}`} tabIndex={0}>
      {text.length > outputLengthMax ? `${text.slice(0, outputLengthMax)} …` : text}
    </pre>
  );
}

function OutputImage({ type, base64 }: { type: string; base64: string }): ReactElement {
  const bytes = useMemo(() => {
    try {
      return Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0));
    } catch {
      return undefined;
    }
  }, [base64]);
  if (bytes === undefined) return <div className={classes.leftOut}>An image that cannot be read.</div>;
  return (
    <div className={classes.output}>
      <BlobImage bytes={bytes} type={type} alt="Output of the cell" />
    </div>
  );
}
