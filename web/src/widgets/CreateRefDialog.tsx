import { Alert, Button, Group, Input, Modal, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { createBranch, createTag } from '../api/queries/refs';
import { messageOf } from '../ui/ErrorState';
import { keepRef } from './current-ref';
import { RefSelect } from './RefSelect';

export interface CreateRefDialogProps {
  kind: 'branch' | 'tag';
  repository: string;
  /** Where it is to begin; can be changed in the dialog. */
  source?: string;
  opened: boolean;
  onClose: () => void;
  onCreated?: (name: string) => void;
}

/** Makes a branch or a tag from any ref. */
export function CreateRefDialog(props: CreateRefDialogProps): ReactElement {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.kind === 'branch' ? 'New branch' : 'New tag'}
    >
      <CreateRefForm {...props} />
    </Modal>
  );
}

function CreateRefForm({ kind, repository, source, onClose, onCreated }: CreateRefDialogProps): ReactElement {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [from, setFrom] = useState(source);
  const trimmed = name.trim();
  const problem = refNameProblem(kind, trimmed);
  const creation = useMutation({
    mutationFn: (at: string): Promise<unknown> =>
      kind === 'branch' ? createBranch(repository, trimmed, at) : createTag(repository, trimmed, at),
    onSuccess: () => {
      if (kind === 'branch') keepRef(repository, trimmed);
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      notifications.show({ message: `The ${kind} ${trimmed} was created.` });
      onClose();
      onCreated?.(trimmed);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (from !== undefined && trimmed !== '') creation.mutate(from);
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          placeholder={kind === 'branch' ? 'experiment-1' : 'v1.0'}
          error={problem}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Input.Wrapper label={kind === 'branch' ? 'Begins at' : 'Names'} labelElement="div">
          <div>
            <RefSelect repository={repository} value={from} onChange={setFrom} label="from" />
          </div>
        </Input.Wrapper>
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
            disabled={trimmed === '' || from === undefined || problem !== undefined}
          >
            {kind === 'branch' ? 'Create branch' : 'Create tag'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What the server would refuse, told while one types; it has the last word. */
function refNameProblem(kind: 'branch' | 'tag', name: string): string | undefined {
  if (name === '') return undefined;
  if (kind === 'branch') {
    return /^\w[-\w]*$/.test(name)
      ? undefined
      : 'Letters, digits, dashes and underscores, the first one not a dash';
  }
  return /^[^\s/^:?*[\\]+$/.test(name) ? undefined : 'No blanks, slashes, nor any of ^ : ? * [ \\';
}
