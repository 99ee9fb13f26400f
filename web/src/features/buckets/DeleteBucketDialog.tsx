import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { keysBelow } from '../../api/queries/buckets';
import { abortUpload, deleteBucket, deleteObjects, listUploads } from '../../api/s3';
import type { Bucket } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { formatBytes, formatPlural } from '../../ui/format';

/** Deletes a bucket with all that is in it. One that holds a repository's namespace stays. */
export function DeleteBucketDialog({
  bucket,
  onClose,
}: {
  bucket: Bucket;
  onClose: () => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const [deleted, setDeleted] = useState(0);
  const title = `Delete the bucket ${bucket.name}`;
  if (bucket.repositories.length > 0) {
    return (
      <Modal opened onClose={onClose} title={title}>
        <Stack gap="md">
          <Text size="sm">
            It holds the storage namespace of {bucket.repositories.map(({ id }) => id).join(', ')}. Delete the
            repository first.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const run = async () => {
    try {
      for await (const keys of keysBelow(bucket.name, '')) {
        const [failed] = keys.length > 0 ? await deleteObjects(bucket.name, keys) : [];
        if (failed) throw new Error(`${failed.key}: ${failed.message}`);
        setDeleted((count) => count + keys.length);
      }
      for (const upload of (await listUploads(bucket.name)).uploads) {
        await abortUpload(bucket.name, upload.key, upload.uploadId);
      }
      await deleteBucket(bucket.name);
    } finally {
      await queryClient.invalidateQueries({ queryKey: ['buckets'] });
    }
    notifications.show({ message: `The bucket ${bucket.name} was deleted.` });
  };
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={title}
      confirmLabel="Delete bucket"
      danger
      typeToConfirm={bucket.objects > 0 ? bucket.name : undefined}
      onConfirm={run}
    >
      <Text size="sm">
        {bucket.objects > 0
          ? `Its ${formatPlural(bucket.objects, 'object')} (${formatBytes(bucket.bytes)}) are deleted for good. What repositories imported of it, they keep.`
          : 'It is empty.'}
      </Text>
      {deleted > 0 && (
        <Text size="sm" mt="xs" role="status">
          {formatPlural(deleted, 'object')} deleted so far.
        </Text>
      )}
    </ConfirmDialog>
  );
}
