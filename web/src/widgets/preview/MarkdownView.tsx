import { useMemo, type ReactElement } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { decodeText } from './content';
import { CutNote, HeadOfObject } from './HeadOfObject';
import classes from './preview.module.css';
import type { PreviewSource } from './source';
import { TextView } from './TextView';

const markdownBytesMax = 512 * 1024;

/** A Markdown document, set as text: HTML in it is left out, images are named and not loaded. */
export function MarkdownView({ source }: { source: PreviewSource }): ReactElement {
  return (
    <HeadOfObject source={source} amount={markdownBytesMax}>
      {(bytes, isCut) => <Decoded source={source} bytes={bytes} isCut={isCut} />}
    </HeadOfObject>
  );
}

function Decoded({
  source,
  bytes,
  isCut,
}: {
  source: PreviewSource;
  bytes: Uint8Array;
  isCut: boolean;
}): ReactElement {
  const text = useMemo(() => decodeText(bytes, isCut), [bytes, isCut]);
  if (text === undefined) {
    return <TextView source={source} />;
  }
  return (
    <>
      {isCut && <CutNote source={source} amount={markdownBytesMax} />}
      <div className={classes.document} tabIndex={0} role="region" aria-label="Document">
        <MarkdownText text={text} />
      </div>
    </>
  );
}

const components: Components = {
  // The page has its own main heading.
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) =>
    href !== undefined && /^https?:\/\//.test(href) ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  img: ({ alt }) => <span className={classes.noImage}>[image{alt ? `: ${alt}` : ''}]</span>,
  table: ({ children }) => (
    <div className={classes.documentTable}>
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <span aria-label={checked ? 'done' : 'open'}>{checked ? '☑' : '☐'}</span>,
};

export function MarkdownText({ text }: { text: string }): ReactElement {
  return (
    <div className={classes.markdown}>
      <Markdown remarkPlugins={plugins} components={components} skipHtml>
        {text}
      </Markdown>
    </div>
  );
}

const plugins = [remarkGfm];
