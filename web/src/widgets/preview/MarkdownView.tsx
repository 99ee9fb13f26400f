import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useMemo, useState, type ReactElement, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { BlobImage } from './BlobImage';
import { decodeText, imageTypeOf, imageTypeOfBytes } from './content';
import { CutNote, HeadOfObject } from './HeadOfObject';
import classes from './preview.module.css';
import { relativePath } from './relative-path';
import type { PreviewSource } from './source';
import { TextView } from './TextView';

const markdownBytesMax = 512 * 1024;

const imageBytesMax = 16 * 1024 * 1024;

/**
 * A Markdown document, set as text: HTML in it is left out. Images of the same tree are shown, and links within it lead to
 * their objects; images of other places are named and not loaded.
 */
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
        <MarkdownText text={text} source={source} />
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
  a: ({ href, children }) => <DocumentLink href={href ?? ''}>{children}</DocumentLink>,
  img: ({ src, alt = '' }) => <DocumentImage src={src ?? ''} alt={alt} />,
  table: ({ children }) => (
    <div className={classes.documentTable}>
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <span aria-label={checked ? 'done' : 'open'}>{checked ? '☑' : '☐'}</span>,
};

/** What relative references are resolved against. */
const DocumentSource = createContext<PreviewSource | undefined>(undefined);

export function MarkdownText({ text, source }: { text: string; source?: PreviewSource }): ReactElement {
  return (
    <DocumentSource value={source}>
      <div className={classes.markdown}>
        <Markdown remarkPlugins={plugins} components={components} skipHtml>
          {text}
        </Markdown>
      </div>
    </DocumentSource>
  );
}

function DocumentLink({ href, children }: { href: string; children: ReactNode }): ReactElement {
  const source = useContext(DocumentSource);
  if (/^https?:\/\//.test(href)) {
    return (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    );
  }
  const path = source && relativePath(source.path, href);
  if (!source || path === undefined) return <span>{children}</span>;
  return <a href={source.otherUrl(path)}>{children}</a>;
}

function DocumentImage({ src, alt }: { src: string; alt: string }): ReactElement {
  const source = useContext(DocumentSource);
  const path = source && relativePath(source.path, src);
  if (!source || path === undefined || path === '' || path.endsWith('/')) return <NoImage alt={alt} />;
  return <LoadedImage source={source} path={path} alt={alt} />;
}

function LoadedImage({
  source,
  path,
  alt,
}: {
  source: PreviewSource;
  path: string;
  alt: string;
}): ReactElement {
  const [broken, setBroken] = useState(false);
  // All else follows from the source.

  const query = useQuery({
    queryKey: ['preview', ...source.id, 'other', path],
    queryFn: async ({ signal }) =>
      new Uint8Array(await (await source.readOther(path, imageBytesMax, signal)).arrayBuffer()),
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
    retry: false,
  });
  if (broken || !query.data) return <NoImage alt={alt} />;
  const type = imageTypeOf(path) ?? imageTypeOfBytes(query.data) ?? 'image/png';
  return <BlobImage bytes={query.data} type={type} alt={alt} onError={() => setBroken(true)} />;
}

function NoImage({ alt }: { alt: string }): ReactElement {
  return <span className={classes.noImage}>[image{alt ? `: ${alt}` : ''}]</span>;
}

const plugins = [remarkGfm];
