import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { createBucket } from '../../api/s3';
import { messageOf } from '../../ui/ErrorState';

/** S3's rules, as far as they can be told while one types; the server has the last word. */
const namePattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function CreateBucketDialog({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (bucket: string) => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: createBucket,
    onSuccess: (_, bucket) => {
      void queryClient.invalidateQueries({ queryKey: ['buckets'] });
      onCreated(bucket);
    },
  });
  const isValid = namePattern.test(name);
  return (
    <Modal opened onClose={onClose} title="New bucket">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid) create.mutate(name);
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Name"
            description="3 to 63 of a-z, 0-9, hyphen and dot; the ends are letters or digits"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          {create.isError && (
            <Alert color="red" variant="light" role="alert">
              {messageOf(create.error)}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!isValid}>
              Create bucket
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
