import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { GitCommitHorizontal, Undo2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { changesSummaryQuery, commitChanges, revertChanges } from '../../api/queries/changes';
import { repositoryQuery } from '../../api/queries/repositories';
import { CommandBlock } from '../../ui/Code';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { EmptyState } from '../../ui/EmptyState';
import { messageOf } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { DiffTree, ChangeCounts } from '../../widgets/DiffTree';
import { MetadataFields, toMetadata, type MetadataField } from '../../widgets/MetadataFields';
import { RefSelect } from '../../widgets/RefSelect';

const route = getRouteApi('/repositories/$repository/changes');

/** What a branch holds that no commit has: to be committed, or dropped. */
export function ChangesPage(): ReactElement {
  const { repository } = route.useParams();
  const { branch: chosen, open = [], selected } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const about = useQuery(repositoryQuery(repository)).data;
  const branch = chosen ?? about?.default_branch ?? 'main';
  const total = useQuery(changesSummaryQuery(repository, branch)).data?.total;
  const count = (total?.added ?? 0) + (total?.removed ?? 0) + (total?.changed ?? 0);
  const [committing, setCommitting] = useState(false);
  const [reverting, setReverting] = useState<'all' | 'selected'>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
  const revert = async () => {
    await revertChanges(
      repository,
      branch,
      reverting === 'selected' && selected !== undefined
        ? { type: 'object', path: selected }
        : { type: 'reset' },
    );
    void navigate({ search: (old) => ({ ...old, selected: undefined }) });
    await refresh();
  };

  return (
    <Page
      title="Uncommitted changes"
      fill
      actions={
        <>
          <Button
            variant="default"
            leftSection={<Undo2 size={15} aria-hidden />}
            disabled={count === 0}
            onClick={() => setReverting(selected === undefined ? 'all' : 'selected')}
          >
            {selected === undefined ? 'Revert all' : 'Revert this object'}
          </Button>
          <Button
            leftSection={<GitCommitHorizontal size={15} aria-hidden />}
            disabled={count === 0}
            onClick={() => setCommitting(true)}
          >
            Commit
          </Button>
        </>
      }
      toolbar={
        <>
          <RefSelect
            repository={repository}
            value={branch}
            branchesOnly
            onChange={(next) => void navigate({ search: { branch: next } })}
          />
          {total !== undefined && count > 0 && <ChangeCounts counts={total} />}
        </>
      }
    >
      <DiffTree
        label="Uncommitted changes"
        summaryOf={(prefix) => changesSummaryQuery(repository, branch, prefix)}
        open={open}
        onOpenChange={(next) => void navigate({ search: (old) => ({ ...old, open: next }), replace: true })}
        selected={selected}
        onSelect={(path) =>
          void navigate({
            search: (old) => ({ ...old, selected: path === old.selected ? undefined : path }),
            replace: true,
          })
        }
        empty={
          <EmptyState
            title="Nothing to commit"
            actions={<CommandBlock commands={`anabranch cp ./data anabranch://${repository}/${branch}/`} />}
          >
            What is written to a branch appears here until it is committed.
          </EmptyState>
        }
      />
      <Modal opened={committing} onClose={() => setCommitting(false)} title={`Commit to ${branch}`}>
        <CommitForm
          repository={repository}
          branch={branch}
          onDone={async () => {
            await refresh();
            setCommitting(false);
          }}
        />
      </Modal>
      <ConfirmDialog
        opened={reverting !== undefined}
        onClose={() => setReverting(undefined)}
        title={reverting === 'selected' ? 'Revert one object' : `Revert all changes of ${branch}`}
        confirmLabel="Revert"
        danger
        onConfirm={revert}
      >
        {reverting === 'selected' ? selected : 'What was written since the last commit'} is dropped for good.
      </ConfirmDialog>
    </Page>
  );
}

function CommitForm({
  repository,
  branch,
  onDone,
}: {
  repository: string;
  branch: string;
  onDone: () => Promise<void>;
}): ReactElement {
  const [message, setMessage] = useState('');
  const [fields, setFields] = useState<MetadataField[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const navigate = route.useNavigate();
  const commit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const made = await commitChanges(repository, branch, message, toMetadata(fields));
      await onDone();
      void navigate({
        to: '/repositories/$repository/commits/$commit',
        params: { repository, commit: made.id },
      });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void commit();
      }}
    >
      <Stack>
        <Textarea
          label="Message"
          required
          data-autofocus
          autosize
          minRows={2}
          value={message}
          error={error === undefined ? undefined : messageOf(error)}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        <MetadataFields fields={fields} onChange={setFields} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy} disabled={message.trim() === ''}>
            Commit
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
