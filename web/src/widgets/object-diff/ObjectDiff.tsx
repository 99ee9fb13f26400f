import { Alert, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement, type ReactNode } from 'react';
import { objectAtQuery, objectBytesQuery } from '../../api/queries/diffs';
import type { ObjectStats } from '../../api/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { formatBytes } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { decodeText, imageTypeOf } from '../preview/content';
import { parseExactJson } from '../preview/exact-json';
import classes from './diff.module.css';
import { comparedBytesMax, expectedKind, type ContentKind } from './content';
import { CsvDiffView } from './CsvDiffView';
import { ImageDiffView } from './ImageDiffView';
import { JsonDiffView } from './JsonDiffView';
import { MetadataDiff } from './MetadataDiff';
import { TextDiffView } from './TextDiffView';

/** An object at one of the two refs. */
export interface Side {
  ref: string;
  /** What the column is headed with. */
  label: string;
}

type View = 'text' | 'json' | 'csv' | 'image' | 'metadata';

const viewNames: Record<View, string> = {
  text: 'Text',
  json: 'JSON',
  csv: 'Table',
  image: 'Image',
  metadata: 'Properties',
};

/** One object at two refs, side by side. */
export function ObjectDiff({
  repository,
  path,
  left,
  right,
  head,
}: {
  repository: string;
  path: string;
  left: Side;
  right: Side;
  /** Before the choice of how it is shown; where there is none, the path. */
  head?: ReactNode;
}): ReactElement {
  const leftStat = useQuery(objectAtQuery(repository, left.ref, path));
  const rightStat = useQuery(objectAtQuery(repository, right.ref, path));
  const error = leftStat.error ?? rightStat.error;
  if (error) {
    return (
      <ErrorState
        title="The object could not be shown"
        error={error}
        onRetry={() => {
          void leftStat.refetch();
          void rightStat.refetch();
        }}
      />
    );
  }
  if (leftStat.data === undefined || rightStat.data === undefined) return <LoadingState rows={8} />;
  if (leftStat.data === null && rightStat.data === null) {
    return <EmptyState title="Neither side has this object" />;
  }
  return (
    <LoadedObjects
      repository={repository}
      path={path}
      left={left}
      right={right}
      head={head}
      leftStat={leftStat.data}
      rightStat={rightStat.data}
    />
  );
}

interface LoadedProps {
  repository: string;
  path: string;
  left: Side;
  right: Side;
  head?: ReactNode;
  leftStat: ObjectStats | null;
  rightStat: ObjectStats | null;
}

function LoadedObjects(props: LoadedProps): ReactElement {
  const { repository, path, left, right, leftStat, rightStat } = props;
  const leftBytes = useContent(repository, path, left.ref, leftStat);
  const rightBytes = useContent(repository, path, right.ref, rightStat);
  const [chosen, setChosen] = useState<View>();
  const isCut =
    (leftStat?.size_bytes ?? 0) > comparedBytesMax || (rightStat?.size_bytes ?? 0) > comparedBytesMax;
  const kind = kindOf(path, leftBytes, rightBytes, isCut);
  const views = viewsOf(kind);
  const view = chosen !== undefined && views.includes(chosen) ? chosen : (views[0] ?? 'metadata');
  const error = leftBytes.error ?? rightBytes.error;
  return (
    <div className={classes.viewer}>
      <div className={`${classes.viewerHead} ${props.head === undefined ? classes.withClose : ''}`}>
        {props.head ?? (
          <span className={classes.path} title={path}>
            {path}
          </span>
        )}
        {views.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="Shown as"
            data={views.map((each) => ({ value: each, label: viewNames[each] }))}
            value={view}
            onChange={(value) => setChosen(value)}
          />
        )}
      </div>
      {isCut && view !== 'metadata' && view !== 'image' && (
        <Alert color="yellow" variant="light" className={classes.note}>
          The objects are large: their first {formatBytes(comparedBytesMax)} are compared.
        </Alert>
      )}
      {error && view !== 'metadata' ? (
        <ErrorState title="The content could not be loaded" error={error} />
      ) : kind === undefined && view !== 'metadata' ? (
        <LoadingState rows={8} />
      ) : (
        <Content {...props} view={view} leftContent={leftBytes} rightContent={rightBytes} />
      )}
    </div>
  );
}

interface Loaded {
  /** Undefined: on its way. Null: the side has no such object. */
  bytes: ArrayBuffer | null | undefined;
  text: string | null | undefined;
  error: Error | null;
}

function useContent(repository: string, path: string, ref: string, stat: ObjectStats | null): Loaded {
  const isImage = expectedKind(path) === 'image';
  const size = stat?.size_bytes ?? 0;
  // An image that is cut is none.
  const amount = isImage ? Math.max(size, 1) : comparedBytesMax;
  const bytes = useQuery({
    ...objectBytesQuery(repository, ref, path, stat?.checksum ?? '', size, amount),
    enabled: stat !== null,
  });
  const isCut = size > amount;
  const text = useMemo(
    () => (bytes.data === undefined || isImage ? undefined : (decodeText(bytes.data, isCut) ?? null)),
    [bytes.data, isImage, isCut],
  );
  if (stat === null) return { bytes: null, text: '', error: null };
  return { bytes: bytes.data, text, error: bytes.error };
}

function kindOf(path: string, left: Loaded, right: Loaded, isCut: boolean): ContentKind | undefined {
  const expected = expectedKind(path);
  if (expected === 'image')
    return left.bytes === undefined || right.bytes === undefined ? undefined : 'image';
  if (left.text === undefined || right.text === undefined) return undefined;
  if (left.text === null || right.text === null) return 'binary';
  if (expected === 'json' && (isCut || !isJson(left) || !isJson(right))) return 'text';
  return expected;
}

function isJson({ bytes, text }: Loaded): boolean {
  return bytes === null || parseExactJson(text ?? '') !== undefined;
}

function viewsOf(kind: ContentKind | undefined): View[] {
  if (kind === undefined || kind === 'binary') return ['metadata'];
  if (kind === 'text') return ['text', 'metadata'];
  if (kind === 'image') return ['image', 'metadata'];
  return [kind, 'text', 'metadata'];
}

function Content({
  path,
  left,
  right,
  leftStat,
  rightStat,
  view,
  leftContent,
  rightContent,
}: LoadedProps & { view: View; leftContent: Loaded; rightContent: Loaded }): ReactElement {
  const leftText = leftContent.text ?? '';
  const rightText = rightContent.text ?? '';
  const json = useMemo(
    () =>
      view === 'json'
        ? { left: parseExactJson(leftText)?.value, right: parseExactJson(rightText)?.value }
        : undefined,
    [view, leftText, rightText],
  );
  if (view === 'text') {
    return <TextDiffView left={leftText} right={rightText} leftLabel={left.label} rightLabel={right.label} />;
  }
  if (view === 'json' && json) {
    return (
      <JsonDiffView left={json.left} right={json.right} leftLabel={left.label} rightLabel={right.label} />
    );
  }
  if (view === 'csv') return <CsvDiffView path={path} left={leftText} right={rightText} />;
  if (view === 'image') {
    return (
      <ImageDiffView
        type={imageTypeOf(path) ?? 'image/png'}
        left={leftContent.bytes ?? null}
        right={rightContent.bytes ?? null}
        leftLabel={left.label}
        rightLabel={right.label}
      />
    );
  }
  return <MetadataDiff left={leftStat} right={rightStat} leftLabel={left.label} rightLabel={right.label} />;
}
