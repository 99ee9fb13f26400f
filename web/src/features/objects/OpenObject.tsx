import { Button } from '@mantine/core';
import { FileX } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Entry } from '../../api/entries';
import type { RowList } from '../../ui/DataTable/rows';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { LoadingState } from '../../ui/LoadingState';
import { shortCommit } from '../../ui/RefBadge';
import { neighboursOf } from '../../widgets/browser/entries';
import { ObjectPane } from '../../widgets/browser/ObjectPane';
import type { PreviewKind } from '../../widgets/preview/content';
import { Preview } from '../../widgets/preview/Preview';
import { useObjectAt } from '../../widgets/preview/useObjectAt';

/** The object that is open beside the list. */
export function OpenObject({
  repository,
  gitRef,
  path,
  kind,
  entries,
  onKindChange,
  onOpen,
  onInfo,
  onDownload,
  onClose,
}: {
  repository: string;
  gitRef: string;
  path: string;
  kind: string | undefined;
  /** What is listed beside it: for going on to the next. */
  entries: RowList<Entry>;
  onKindChange: (kind: PreviewKind | undefined) => void;
  onOpen: (path: string) => void;
  onInfo: (path: string) => void;
  onDownload: (path: string) => void;
  onClose: () => void;
}): ReactElement {
  const { query, stats, source } = useObjectAt(repository, gitRef, path);
  const { previous, next } = neighboursOf(entries, path);
  return (
    <ObjectPane
      path={path}
      facts={
        stats && (
          <>
            <Bytes value={stats.size_bytes ?? 0} /> · {stats.content_type ?? 'no content type'} ·{' '}
            <RelativeTime ms={stats.mtime * 1000} />
          </>
        )
      }
      onInfo={stats ? () => onInfo(path) : undefined}
      onDownload={stats ? () => onDownload(path) : undefined}
      onClose={onClose}
      onPrevious={previous && (() => onOpen(previous.path))}
      onNext={next && (() => onOpen(next.path))}
    >
      {query.isError ? (
        <ErrorState
          title="The object could not be opened"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : stats === null ? (
        <EmptyState
          title="There is no such object here"
          icon={<FileX size={20} aria-hidden />}
          actions={
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          }
        >
          {shortCommit(gitRef)} has none with the path {path}.
        </EmptyState>
      ) : source === undefined ? (
        <LoadingState rows={10} />
      ) : (
        <Preview source={source} kind={kind} onKindChange={onKindChange} />
      )}
    </ObjectPane>
  );
}
