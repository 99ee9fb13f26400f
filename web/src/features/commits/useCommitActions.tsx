import { Alert, Button, Group, Input, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Copy, FolderOpen, GitBranch, GitCompareArrows, GitPullRequestArrow, Tag, Undo2 } from 'lucide-react';
import { useState, type ReactElement, type ReactNode } from 'react';
import { cherryPickCommit, revertCommit } from '../../api/queries/commits';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Commit } from '../../api/types';
import type { RowAction } from '../../ui/DataTable/types';
import { messageOf } from '../../ui/ErrorState';
import { shortCommit } from '../../ui/RefBadge';
import { copyText } from '../../ui/useCopy';
import { CreateRefDialog } from '../../widgets/CreateRefDialog';
import { RefSelect } from '../../widgets/RefSelect';
import { titleOf } from './metadata';

type Kind = 'revert' | 'cherry-pick' | 'tag' | 'branch';

/** What can be done with a commit: lines for a menu, and the dialogs that they open. */
export function useCommitActions(
  repository: string,
  ref?: string,
): { actionsOf: (commit: Commit) => RowAction[]; dialogs: ReactNode } {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<{ kind: Kind; commit: Commit }>();
  const close = () => setChosen(undefined);
  const actionsOf = (commit: Commit): RowAction[] => {
    const parent = commit.parents[0];
    const open = (kind: Kind) => () => setChosen({ kind, commit });
    return [
      {
        label: 'Browse at this commit',
        icon: <FolderOpen size={14} aria-hidden />,
        onSelect: () =>
          void navigate({
            to: '/repositories/$repository/objects',
            params: { repository },
            search: { ref: commit.id },
          }),
      },
      {
        label: 'Compare with its parent',
        icon: <GitCompareArrows size={14} aria-hidden />,
        disabled: parent === undefined,
        onSelect: () =>
          void navigate({
            to: '/repositories/$repository/compare',
            params: { repository },
            search: { left: parent, right: commit.id, kind: 'two_dot' },
          }),
      },
      {
        label: 'Create a branch here',
        icon: <GitBranch size={14} aria-hidden />,
        separated: true,
        onSelect: open('branch'),
      },
      { label: 'Tag', icon: <Tag size={14} aria-hidden />, onSelect: open('tag') },
      {
        label: 'Cherry-pick to a branch',
        icon: <GitPullRequestArrow size={14} aria-hidden />,
        disabled: parent === undefined,
        onSelect: open('cherry-pick'),
      },
      {
        label: 'Revert on a branch',
        icon: <Undo2 size={14} aria-hidden />,
        disabled: parent === undefined,
        onSelect: open('revert'),
      },
      {
        label: 'Copy id',
        icon: <Copy size={14} aria-hidden />,
        separated: true,
        onSelect: () => void copyText(commit.id),
      },
    ];
  };
  const isRef = chosen?.kind === 'tag' || chosen?.kind === 'branch';
  const dialogs = (
    <>
      {isRef && (
        <CreateRefDialog
          kind={chosen.kind === 'tag' ? 'tag' : 'branch'}
          repository={repository}
          source={chosen.commit.id}
          opened
          onClose={close}
        />
      )}
      {chosen !== undefined && !isRef && (
        <Modal
          opened
          onClose={close}
          title={chosen.kind === 'revert' ? 'Revert on a branch' : 'Cherry-pick to a branch'}
        >
          <ApplyForm
            kind={chosen.kind === 'revert' ? 'revert' : 'cherry-pick'}
            repository={repository}
            commit={chosen.commit}
            branch={ref}
            onClose={close}
          />
        </Modal>
      )}
    </>
  );
  return { actionsOf, dialogs };
}

/** Revert or cherry-pick: onto which branch, against which parent, with what message. */
function ApplyForm({
  kind,
  repository,
  commit,
  branch,
  onClose,
}: {
  kind: 'revert' | 'cherry-pick';
  repository: string;
  commit: Commit;
  branch: string | undefined;
  onClose: () => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch;
  const [chosenBranch, setBranch] = useState(branch);
  const target = chosenBranch ?? (kind === 'revert' ? defaultBranch : undefined);
  const [parent, setParent] = useState('1');
  const [message, setMessage] = useState('');
  const isMerge = commit.parents.length > 1;
  const application = useMutation({
    mutationFn: (onto: string) =>
      (kind === 'revert' ? revertCommit : cherryPickCommit)(repository, onto, {
        ref: commit.id,
        parentNumber: isMerge ? Number(parent) : undefined,
        message: message.trim(),
      }),
    onSuccess: (_, onto) => {
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      notifications.show({
        message: kind === 'revert' ? `Reverted on ${onto}.` : `Cherry-picked to ${onto}.`,
      });
      onClose();
      void navigate({
        to: '/repositories/$repository/commits',
        params: { repository },
        search: { ref: onto },
      });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (target !== undefined) application.mutate(target);
      }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {kind === 'revert' ? 'A new commit undoes what ' : 'A new commit repeats what '}
          <code>{shortCommit(commit.id)}</code> “{titleOf(commit.message)}” changed.
        </Text>
        <Input.Wrapper label="Branch" labelElement="div">
          <div>
            <RefSelect repository={repository} value={target} onChange={setBranch} label="on" branchesOnly />
          </div>
        </Input.Wrapper>
        {isMerge && (
          <Select
            label="Changes against"
            description="A merge has two parents: the first is the branch that was merged into."
            data={commit.parents.map((id, index) => ({
              value: String(index + 1),
              label: `Parent ${index + 1}: ${shortCommit(id)}`,
            }))}
            value={parent}
            onChange={(value) => setParent(value ?? '1')}
            allowDeselect={false}
          />
        )}
        <Textarea
          label="Message"
          placeholder="The server's own where this is empty"
          autosize
          minRows={2}
          maxRows={6}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        {application.isError && (
          <Alert color="red" variant="light" role="alert">
            {messageOf(application.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={application.isPending} disabled={target === undefined}>
            {kind === 'revert' ? 'Revert' : 'Cherry-pick'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
