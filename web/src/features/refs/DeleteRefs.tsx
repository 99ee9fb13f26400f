import { Alert, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { deleteBranch, deleteTag, mergeBaseQuery } from '../../api/queries/refs';
import type { Ref } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { formatPlural } from '../../ui/format';

const listedMax = 8;
const atOnce = 8;

/** Deletes branches or tags. More than one, or a branch that is not merged, has to be typed. */
export function DeleteRefs({
  repository,
  kind,
  refs,
  defaultBranch,
  onClose,
  onDeleted,
}: {
  repository: string;
  kind: 'branch' | 'tag';
  refs: readonly Ref[];
  defaultBranch: string;
  onClose: () => void;
  onDeleted: () => void;
}): ReactElement {
  const queryClient = useQueryClient();
  const one = refs.length === 1 ? refs[0] : undefined;
  const base = useQuery({
    ...mergeBaseQuery(repository, one?.id ?? defaultBranch, defaultBranch),
    enabled: kind === 'branch' && one !== undefined,
  });
  // Merged: the default branch has everything that is committed on it.
  const isMerged = one !== undefined && base.data?.base_commit_id === one.commit_id;
  const isSafe = kind === 'tag' ? one !== undefined : isMerged;
  const many = formatPlural(refs.length, kind, kind === 'branch' ? 'branches' : 'tags');
  const remove = kind === 'branch' ? deleteBranch : deleteTag;
  const run = async () => {
    const waiting = refs.map((ref) => ref.id);
    const worker = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await remove(repository, id);
    };
    try {
      await Promise.all(Array.from({ length: atOnce }, worker));
    } finally {
      // The merge base, which this dialog asked for, is not asked for again: its branch is gone.
      for (const what of [kind === 'branch' ? 'branches' : 'tags', 'refs', 'commits', 'figures']) {
        void queryClient.invalidateQueries({ queryKey: ['repositories', repository, what] });
      }
    }
    notifications.show({ message: one ? `The ${kind} ${one.id} was deleted.` : `${many} were deleted.` });
    onDeleted();
  };
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={one ? `Delete the ${kind} ${one.id}` : `Delete ${many}`}
      confirmLabel={one ? `Delete ${kind}` : `Delete ${many}`}
      danger
      typeToConfirm={isSafe ? undefined : (one?.id ?? `delete ${refs.length}`)}
      onConfirm={run}
    >
      {one === undefined && (
        <Text size="sm" mb="sm">
          {refs
            .slice(0, listedMax)
            .map((ref) => ref.id)
            .join(', ')}
          {refs.length > listedMax && ` and ${refs.length - listedMax} more`}
        </Text>
      )}
      {kind === 'branch' && isMerged && (
        <Text size="sm">Everything that is committed on it is in {defaultBranch} too.</Text>
      )}
      {kind === 'branch' && !isMerged && (
        <Alert color="yellow" variant="light">
          {one
            ? `It is not merged into ${defaultBranch}: its commits cannot be reached by a branch any more. `
            : ''}
          Uncommitted changes are lost.
        </Alert>
      )}
      {kind === 'tag' && <Text size="sm">The commits stay; only the name goes.</Text>}
    </ConfirmDialog>
  );
}
