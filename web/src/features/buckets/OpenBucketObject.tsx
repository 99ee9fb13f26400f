import { useQuery } from '@tanstack/react-query';
import { FileX } from 'lucide-react';
import { useMemo, type ReactElement } from 'react';
import type { Entry } from '../../api/entries';
import { hasStatus } from '../../api/error';
import { bucketObjectQuery } from '../../api/queries/buckets';
import type { RowList } from '../../ui/DataTable/rows';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { LoadingState } from '../../ui/LoadingState';
import { neighboursOf } from '../../widgets/browser/entries';
import { ObjectPane } from '../../widgets/browser/ObjectPane';
import type { PreviewKind } from '../../widgets/preview/content';
import { Preview } from '../../widgets/preview/Preview';
import { bucketSource } from '../../widgets/preview/source';

/** The object that is open beside the list. */
export function OpenBucketObject({
  bucket,
  objectKey,
  kind,
  entries,
  onKindChange,
  onOpen,
  onInfo,
  onDownload,
  onClose,
}: {
  bucket: string;
  objectKey: string;
  kind: string | undefined;
  /** What is listed beside it: for going on to the next. */
  entries: RowList<Entry>;
  onKindChange: (kind: PreviewKind | undefined) => void;
  onOpen: (key: string) => void;
  onInfo: (key: string) => void;
  onDownload: (key: string) => void;
  onClose: () => void;
}): ReactElement {
  const query = useQuery(bucketObjectQuery(bucket, objectKey));
  const head = query.data;
  const source = useMemo(
    () => (head ? bucketSource(bucket, objectKey, head) : undefined),
    [bucket, objectKey, head],
  );
  const { previous, next } = neighboursOf(entries, objectKey);
  return (
    <ObjectPane
      path={objectKey}
      facts={
        head && (
          <>
            <Bytes value={head.size} /> · {head.contentType || 'no content type'} ·{' '}
            <RelativeTime ms={head.modifiedMs} />
          </>
        )
      }
      onInfo={head ? () => onInfo(objectKey) : undefined}
      onDownload={head ? () => onDownload(objectKey) : undefined}
      onClose={onClose}
      onPrevious={previous && (() => onOpen(previous.path))}
      onNext={next && (() => onOpen(next.path))}
    >
      {hasStatus(query.error, 404) ? (
        <EmptyState title="There is no such object here" icon={<FileX size={20} aria-hidden />} />
      ) : query.isError ? (
        <ErrorState
          title="The object could not be opened"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : source === undefined ? (
        <LoadingState rows={10} />
      ) : (
        <Preview source={source} kind={kind} onKindChange={onKindChange} />
      )}
    </ObjectPane>
  );
}
