import { ActionIcon, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { openUploadsQuery } from '../../api/queries/buckets';
import { abortUpload, type OpenUpload } from '../../api/s3';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { RelativeTime } from '../../ui/figures';
import { InfoDrawer } from '../../ui/InfoDrawer';
import { LoadingState } from '../../ui/LoadingState';
import { visibleText } from '../../widgets/preview/content';
import classes from './buckets.module.css';

/** Multipart uploads that were begun and never finished: their parts take space until they are aborted. */
export function OpenUploads({
  bucket,
  opened,
  onClose,
}: {
  bucket: string;
  opened: boolean;
  onClose: () => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const query = useQuery({ ...openUploadsQuery(bucket), enabled: opened });
  const abort = useMutation({
    mutationFn: (upload: OpenUpload) => abortUpload(bucket, upload.key, upload.uploadId),
    onError: (error) => notifications.show({ color: 'red', message: messageOf(error) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['buckets', bucket, 'uploads'] }),
  });
  return (
    <InfoDrawer opened={opened} onClose={onClose} title="Incomplete uploads">
      <Text size="sm" c="dimmed" mb="sm">
        Multipart uploads that were begun and neither completed nor aborted. Their parts take space.
      </Text>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <LoadingState />
      ) : query.data.uploads.length === 0 ? (
        <EmptyState title="No incomplete uploads" icon={<CircleCheck size={20} aria-hidden />} />
      ) : (
        <ul className={classes.uploads}>
          {query.data.uploads.map((upload) => (
            <li key={upload.uploadId}>
              <div>
                <bdi title={upload.key}>{visibleText(upload.key)}</bdi>
                <span className={classes.soft}>
                  begun <RelativeTime ms={upload.startedMs} />
                </span>
              </div>
              <ActionIcon
                aria-label={`Abort the upload of ${upload.key}`}
                title="Abort"
                loading={abort.isPending && abort.variables.uploadId === upload.uploadId}
                onClick={() => abort.mutate(upload)}
              >
                <Trash2 size={15} aria-hidden />
              </ActionIcon>
            </li>
          ))}
          {query.data.hasMore && <li>There are more: abort some to see them.</li>}
        </ul>
      )}
    </InfoDrawer>
  );
}
