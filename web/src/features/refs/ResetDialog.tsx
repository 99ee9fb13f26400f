import { Alert, Button, Checkbox, Group, Input, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { hardResetBranch } from '../../api/queries/refs';
import { messageOf } from '../../ui/ErrorState';
import { shortCommit } from '../../ui/RefBadge';
import { RefSelect } from '../../widgets/RefSelect';

/** Points a branch at another commit. */
export function ResetDialog({
  repository,
  branch,
  onClose,
}: {
  repository: string;
  branch: string;
  onClose: () => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const [ref, setRef] = useState<string>();
  const [drops, setDrops] = useState(false);
  const reset = useMutation({
    mutationFn: (to: string) => hardResetBranch(repository, branch, to, drops),
    onSuccess: (_, to) => {
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      notifications.show({ message: `${branch} is at ${shortCommit(to)} now.` });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Reset the branch ${branch}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ref !== undefined) reset.mutate(ref);
        }}
      >
        <Stack gap="md">
          <Text size="sm">
            The branch will point at another commit. Commits that only it leads to cannot be reached by a
            branch any more; tag them first to keep them.
          </Text>
          <Input.Wrapper label="Reset to" labelElement="div">
            <div>
              <RefSelect repository={repository} value={ref} onChange={setRef} label="to" />
            </div>
          </Input.Wrapper>
          <Checkbox
            label="Drop uncommitted changes"
            description="Without it a branch that has some is left as it is"
            checked={drops}
            onChange={(event) => setDrops(event.currentTarget.checked)}
          />
          {reset.isError && (
            <Alert color="red" variant="light" role="alert">
              {messageOf(reset.error)}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red.8" loading={reset.isPending} disabled={ref === undefined}>
              Reset branch
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
