import { Alert, Button, Group, Input, Modal, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { commitChanges } from '../../api/queries/changes';
import type { DiffSummary } from '../../api/types';
import { messageOf } from '../../ui/ErrorState';
import { ChangeCounts } from '../../widgets/DiffTree';
import { MetadataFields, toMetadata, type MetadataField } from '../../widgets/MetadataFields';

/** Commits all changes of a branch and leads to the commit. */
export function CommitDialog({
  repository,
  branch,
  summary,
  onClose,
}: {
  repository: string;
  branch: string;
  summary: DiffSummary | undefined;
  onClose: () => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [message, setMessage] = useState('');
  const [fields, setFields] = useState<MetadataField[]>([]);
  const commit = useMutation({
    mutationFn: () => commitChanges(repository, branch, message.trim(), toMetadata(fields)),
    onSuccess: async ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      notifications.show({ message: `Committed to ${branch}.` });
      await navigate({
        to: '/repositories/$repository/commits/$commit',
        params: { repository, commit: id },
      });
    },
  });
  const mayCommit = message.trim() !== '';
  const submit = () => {
    if (mayCommit && !commit.isPending) commit.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Commit to ${branch}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="md">
          {summary && (
            <Group gap="sm">
              <Text size="sm">All uncommitted changes:</Text>
              <ChangeCounts counts={summary.total} />
            </Group>
          )}
          <Textarea
            label="Message"
            placeholder="What was changed, and why"
            required
            autosize
            minRows={3}
            maxRows={10}
            value={message}
            onChange={(event) => setMessage(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
            }}
            data-autofocus
          />
          <Input.Wrapper
            label="Metadata"
            description="Kept with the commit: parameters, sources, a ticket"
            labelElement="div"
          >
            <MetadataFields fields={fields} onChange={setFields} />
          </Input.Wrapper>
          {commit.isError && (
            <Alert color="red" variant="light" role="alert">
              {messageOf(commit.error)}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={commit.isPending} disabled={!mayCommit}>
              Commit
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
