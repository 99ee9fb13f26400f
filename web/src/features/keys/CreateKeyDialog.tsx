import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { createAccessKey } from '../../api/queries/keys';
import type { NewAccessKey } from '../../api/types';
import { CodeBlock } from '../../ui/Code';
import { messageOf } from '../../ui/ErrorState';
import { KeyValueTable } from '../../ui/KeyValueTable';

interface CreateKeyDialogProps {
  opened: boolean;
  onClose: () => void;
  onCreated: () => void;
}

/** Makes a key and shows its secret, this once. */
export function CreateKeyDialog({ opened, onClose, onCreated }: CreateKeyDialogProps): ReactElement {
  const [made, setMade] = useState<NewAccessKey>();
  const close = () => {
    onClose();
    setMade(undefined);
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made ? 'Your new access key' : 'New access key'}
      size="lg"
      // A click beside the dialog must not lose the secret.
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      withCloseButton={made === undefined}
    >
      {made ? (
        <Secret made={made} onDone={close} />
      ) : (
        <CreateForm
          onCancel={close}
          onCreated={(key) => {
            setMade(key);
            onCreated();
          }}
        />
      )}
    </Modal>
  );
}

function CreateForm({
  onCancel,
  onCreated,
}: {
  onCancel: () => void;
  onCreated: (key: NewAccessKey) => void;
}): ReactElement {
  const [description, setDescription] = useState('');
  const creation = useMutation({
    mutationFn: () => createAccessKey(description.trim()),
    onSuccess: onCreated,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        creation.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Description"
          description="What uses it, so that one day you know whether it can go"
          placeholder="Notebook on my laptop"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          data-autofocus
        />
        {creation.isError && (
          <Alert color="red" variant="light" role="alert">
            {messageOf(creation.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={creation.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ made, onDone }: { made: NewAccessKey; onDone: () => void }): ReactElement {
  const variables = [
    `export ANABRANCH_ENDPOINT=${window.location.origin}`,
    `export ANABRANCH_ACCESS_KEY_ID=${made.access_key_id} ANABRANCH_SECRET_ACCESS_KEY=${made.secret_access_key}`,
    'export AWS_ENDPOINT_URL=$ANABRANCH_ENDPOINT AWS_DEFAULT_REGION=us-east-1',
    'export AWS_ACCESS_KEY_ID=$ANABRANCH_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$ANABRANCH_SECRET_ACCESS_KEY',
  ].join('\n');
  return (
    <Stack gap="md">
      <Alert variant="light" title="Copy the secret now">
        It is shown this once. Whoever has it can do what you can do.
      </Alert>
      <KeyValueTable
        rows={[
          { label: 'Access key id', value: <code>{made.access_key_id}</code>, copy: made.access_key_id },
          {
            label: 'Secret access key',
            value: <code>{made.secret_access_key}</code>,
            copy: made.secret_access_key,
          },
        ]}
      />
      <CodeBlock title="For a shell" text={variables} />
      <Group justify="flex-end">
        <Button onClick={onDone}>I have copied it</Button>
      </Group>
    </Stack>
  );
}
