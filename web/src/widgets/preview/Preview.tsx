/**
 * The content of an object, as far as it can be shown: image, document, notebook, tree, table, text, or bytes. What is read
 * is a range from the beginning, however large the object is; what is shown is text, or an <img> of it, and nothing of it
 * ever runs.
 */
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FileQuestion } from 'lucide-react';
import type { ComponentType, ReactElement, ReactNode } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { lazyPart } from '../../ui/lazy-part';
import { LoadingState } from '../../ui/LoadingState';
import { kindLabels, kindsOf, kindsOfBytes, sniffBytes, type PreviewKind } from './content';
import { HexView } from './HexView';
import { ImageView } from './ImageView';
import classes from './preview.module.css';
import { headBytesQuery, type PreviewSource } from './source';
import { TextView } from './TextView';

const loading = () => <LoadingState rows={10} />;
const JsonView = lazyPart(() => import('./JsonView').then((module) => module.JsonView), loading);
const CsvView = lazyPart(() => import('./CsvView').then((module) => module.CsvView), loading);
const ParquetView = lazyPart(() => import('./ParquetView').then((module) => module.ParquetView), loading);
const MarkdownView = lazyPart(() => import('./MarkdownView').then((module) => module.MarkdownView), loading);
const NotebookView = lazyPart(() => import('./NotebookView').then((module) => module.NotebookView), loading);

const views: Record<PreviewKind, ComponentType<{ source: PreviewSource }>> = {
  image: ImageView,
  markdown: MarkdownView,
  notebook: NotebookView,
  json: JsonView,
  table: CsvView,
  parquet: ParquetView,
  text: TextView,
  hex: HexView,
};

export interface PreviewProps {
  source: PreviewSource;
  /** How it is to be shown, where there is a choice; kept by the page, in its URL. */
  kind: string | undefined;
  onKindChange: (kind: PreviewKind | undefined) => void;
  /** Buttons beside the choice. */
  actions?: ReactNode;
}

export function Preview({ source, kind, onKindChange, actions }: PreviewProps): ReactElement {
  const byName = kindsOf(source.path, source.contentType);
  const head = useQuery({ ...headBytesQuery(source, sniffBytes), enabled: byName === undefined });
  const kinds = byName ?? (head.data && kindsOfBytes(head.data, head.data.length === source.sizeBytes));
  const chosen = kinds?.find((each) => each === kind) ?? kinds?.[0];
  const View = chosen && views[chosen];
  return (
    <div className={classes.preview}>
      <div className={classes.bar}>
        {kinds && kinds.length > 1 && source.sizeBytes > 0 && (
          <SegmentedControl
            size="xs"
            aria-label="Shown as"
            data={kinds.map((each) => ({ value: each, label: kindLabels[each] }))}
            value={chosen}
            onChange={(value) => onKindChange(value === kinds[0] ? undefined : value)}
          />
        )}
        <div className={classes.actions}>{actions}</div>
      </div>
      <div className={classes.content}>
        {source.sizeBytes === 0 ? (
          <EmptyState title="An empty object" icon={<FileQuestion size={20} aria-hidden />}>
            It has no bytes.
          </EmptyState>
        ) : head.isError ? (
          <ErrorState
            title="The object could not be read"
            error={head.error}
            onRetry={() => void head.refetch()}
          />
        ) : View ? (
          <View key={source.id.join('/')} source={source} />
        ) : (
          <LoadingState rows={10} />
        )}
      </div>
    </div>
  );
}
