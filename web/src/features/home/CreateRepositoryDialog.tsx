import { Alert, Autocomplete, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { hasStatus } from '../../api/error';
import { bucketsQuery } from '../../api/queries/buckets';
import { createRepository, repositoryLists } from '../../api/queries/repositories';
import { createBucket } from '../../api/s3';
import { messageOf } from '../../ui/ErrorState';

/** lakeFS's rule for repository ids. */
const namePattern = /^[a-z0-9][a-z0-9-]{2,62}$/;

export function CreateRepositoryDialog({
  opened,
  onClose,
}: {
  opened: boolean;
  onClose: () => void;
}): ReactElement {
  return (
    <Modal opened={opened} onClose={onClose} title="New repository">
      <CreateRepositoryForm onClose={onClose} />
    </Modal>
  );
}

function CreateRepositoryForm({ onClose }: { onClose: () => void }): ReactElement {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [namespace, setNamespace] = useState('');
  const [branch, setBranch] = useState('main');
  const buckets = useInfiniteQuery(bucketsQuery());
  const names = (buckets.data?.pages[0]?.results ?? [])
    .filter((bucket) => bucket.kind === 'bucket')
    .map((bucket) => bucket.name);
  const place = namespace === '' ? `s3://repositories/${name}` : namespace;
  const bucket = /^s3:\/\/([^/]+)/.exec(place)?.[1];

  const creation = useMutation({
    mutationFn: async () => {
      // A namespace lies in a bucket, which has to be there.
      if (bucket !== undefined && buckets.data !== undefined && !names.includes(bucket)) {
        await createBucket(bucket).catch((error: unknown) => {
          if (!hasStatus(error, 409)) throw error;
        });
      }
      return createRepository(name, place, branch);
    },
    onSuccess: async (repository) => {
      onClose();
      void queryClient.invalidateQueries(repositoryLists);
      void queryClient.invalidateQueries({ queryKey: ['buckets'] });
      void queryClient.invalidateQueries({ queryKey: ['server'] });
      await navigate({ to: '/repositories/$repository/objects', params: { repository: repository.id } });
    },
  });
  const nameProblem =
    name === '' || namePattern.test(name) ? undefined : 'Three to 63 lower-case letters, digits and dashes';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== '' && nameProblem === undefined) creation.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="dogs"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={nameProblem}
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
        <Autocomplete
          label="Storage namespace"
          description="Where the repository keeps its own files: a bucket and a prefix that no other repository uses"
          placeholder={`s3://repositories/${name === '' ? 'dogs' : name}`}
          value={namespace}
          onChange={setNamespace}
          data={names.map((each) => `s3://${each}/${name}`)}
          spellCheck={false}
        />
        <TextInput
          label="Default branch"
          required
          withAsterisk={false}
          value={branch}
          onChange={(event) => setBranch(event.currentTarget.value)}
          spellCheck={false}
        />
        {bucket !== undefined && buckets.data !== undefined && !names.includes(bucket) && (
          <Text size="sm" c="dimmed">
            The bucket <code>{bucket}</code> is created along with it.
          </Text>
        )}
        {creation.isError && (
          <Alert color="red" variant="light" role="alert">
            {messageOf(creation.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={creation.isPending}
            disabled={name === '' || nameProblem !== undefined}
          >
            Create repository
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
