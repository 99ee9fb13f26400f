import { useQuery } from '@tanstack/react-query';
import { FileX } from 'lucide-react';
import type { ReactElement } from 'react';
import { hasStatus } from '../../api/error';
import { bucketObjectQuery } from '../../api/queries/buckets';
import type { S3ObjectHead } from '../../api/s3';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatCount, formatTime } from '../../ui/format';
import { InfoDrawer } from '../../ui/InfoDrawer';
import { KeyValueTable, type KeyValue } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { nameOf } from '../../widgets/browser/entries';
import { visibleText } from '../../widgets/preview/content';
import classes from './buckets.module.css';

/** All that S3 tells of an object. */
export function BucketObjectInfo({
  bucket,
  objectKey,
  onClose,
}: {
  bucket: string;
  /** Undefined: closed. */
  objectKey: string | undefined;
  onClose: () => void;
}): ReactElement {
  const query = useQuery({
    ...bucketObjectQuery(bucket, objectKey ?? ''),
    enabled: objectKey !== undefined,
  });
  return (
    <InfoDrawer
      opened={objectKey !== undefined}
      onClose={onClose}
      title={<bdi>{visibleText(nameOf(objectKey ?? ''))}</bdi>}
    >
      {hasStatus(query.error, 404) ? (
        <EmptyState title="There is no such object any more" icon={<FileX size={20} aria-hidden />}>
          It was deleted from the bucket. Repositories that imported it keep it.
        </EmptyState>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <LoadingState />
      ) : (
        <Info bucket={bucket} objectKey={objectKey ?? ''} head={query.data} />
      )}
    </InfoDrawer>
  );
}

/** Headers that are worth a line, and what they are called. */
const headerLabels: Record<string, string> = {
  'x-amz-checksum-crc32': 'CRC32',
  'x-amz-checksum-crc32c': 'CRC32C',
  'x-amz-checksum-crc64nvme': 'CRC64NVME',
  'x-amz-checksum-sha1': 'SHA-1',
  'x-amz-checksum-sha256': 'SHA-256',
  'x-amz-checksum-type': 'Checksum type',
  'x-amz-version-id': 'Version',
  'x-amz-storage-class': 'Storage class',
  'x-amz-tagging-count': 'Tags',
  'x-amz-mp-parts-count': 'Parts',
  'cache-control': 'Cache control',
  'content-encoding': 'Content encoding',
  'content-disposition': 'Content disposition',
  'content-language': 'Content language',
};

function Info({
  bucket,
  objectKey,
  head,
}: {
  bucket: string;
  objectKey: string;
  head: S3ObjectHead;
}): ReactElement {
  const uri = `s3://${bucket}/${objectKey}`;
  const metadata = Object.entries(head.metadata);
  const others = Object.entries(headerLabels).flatMap(([name, label]): KeyValue[] => {
    const value = head.headers[name];
    return value === undefined ? [] : [{ label, value: <code>{visibleText(value)}</code>, copy: value }];
  });
  return (
    <>
      <KeyValueTable
        rows={[
          { label: 'Key', value: <bdi>{visibleText(objectKey)}</bdi>, copy: objectKey },
          { label: 'S3 URI', value: <code>{visibleText(uri)}</code>, copy: uri },
          {
            label: 'Size',
            value: (
              <>
                <Bytes value={head.size} /> ({formatCount(head.size)} bytes)
              </>
            ),
          },
          { label: 'ETag', value: <code>{head.etag}</code>, copy: head.etag },
          {
            label: 'Modified',
            value: (
              <>
                {formatTime(head.modifiedMs)} (<RelativeTime ms={head.modifiedMs} />)
              </>
            ),
          },
          { label: 'Content type', value: visibleText(head.contentType) || 'none' },
          ...others,
        ]}
      />
      <section className={classes.metadata} aria-label="User metadata">
        <h3>User metadata</h3>
        {metadata.length === 0 ? (
          <p>It has none.</p>
        ) : (
          <KeyValueTable
            rows={metadata.map(([label, value]) => ({ label, value: visibleText(value), copy: value }))}
          />
        )}
      </section>
    </>
  );
}
