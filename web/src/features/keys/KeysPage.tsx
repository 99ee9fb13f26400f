import { Badge, Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ban, CircleCheck, Copy, KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { accessKeysQuery, deleteAccessKey, setAccessKeyDisabled } from '../../api/queries/keys';
import { sessionQuery } from '../../api/queries/session';
import type { AccessKey } from '../../api/types';
import { Code } from '../../ui/Code';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { EmptyState } from '../../ui/EmptyState';
import { messageOf } from '../../ui/ErrorState';
import { RelativeTime } from '../../ui/figures';
import { useHotkeys } from '../../ui/hotkeys';
import { Page } from '../../ui/Page';
import { copyText } from '../../ui/useCopy';
import { CreateKeyDialog } from './CreateKeyDialog';

type Pending = { action: 'delete' | 'disable'; key: AccessKey };

export function KeysPage(): ReactElement {
  const queryClient = useQueryClient();
  const [creating, dialog] = useDisclosure(false);
  const [pending, setPending] = useState<Pending>();
  const query = useQuery(accessKeysQuery());
  const own = useQuery(sessionQuery()).data?.access_key_id;
  useHotkeys('Access keys', [{ keys: 'n', description: 'New access key', onPress: dialog.open }]);

  const refresh = () => queryClient.invalidateQueries({ queryKey: accessKeysQuery().queryKey });
  const enabling = useMutation({
    mutationFn: (key: AccessKey) => setAccessKeyDisabled(key.access_key_id, false),
    onSuccess: refresh,
    onError: (error) =>
      notifications.show({ color: 'red', title: 'The key stays disabled', message: messageOf(error) }),
  });
  const menu = (key: AccessKey): RowAction[] => [
    {
      label: 'Copy access key id',
      icon: <Copy size={14} aria-hidden />,
      onSelect: () => void copyText(key.access_key_id),
    },
    key.disabled
      ? { label: 'Enable', icon: <CircleCheck size={14} aria-hidden />, onSelect: () => enabling.mutate(key) }
      : {
          label: 'Disable',
          icon: <Ban size={14} aria-hidden />,
          onSelect: () => setPending({ action: 'disable', key }),
        },
    {
      label: 'Delete',
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      separated: true,
      onSelect: () => setPending({ action: 'delete', key }),
    },
  ];
  const create = (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New access key
    </Button>
  );
  return (
    <Page
      title="Access keys"
      description="An access key and its secret sign in clients: S3, the REST API, the command line and these pages."
      actions={create}
      fill
    >
      <DataTable
        label="Access keys"
        rows={query.data ?? []}
        isPending={query.isPending}
        error={query.error ?? undefined}
        onRetry={() => void query.refetch()}
        errorTitle="The access keys could not be listed"
        columns={own === undefined ? keyColumns : columnsFor(own)}
        rowId={(key) => key.access_key_id}
        rowMenu={menu}
        rowHeight={40}
        empty={
          <EmptyState title="No access key beside the root key" icon={<KeyRound size={20} aria-hidden />}>
            Make one for each client: it can be disabled without touching the others. You are signed in with{' '}
            <Code>{own}</Code>.
          </EmptyState>
        }
      />
      <CreateKeyDialog opened={creating} onClose={dialog.close} onCreated={() => void refresh()} />
      {pending !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setPending(undefined)}
          title={pending.action === 'delete' ? 'Delete this access key' : 'Disable this access key'}
          confirmLabel={pending.action === 'delete' ? 'Delete key' : 'Disable key'}
          danger
          onConfirm={async () => {
            if (pending.action === 'delete') await deleteAccessKey(pending.key.access_key_id);
            else await setAccessKeyDisabled(pending.key.access_key_id, true);
            await refresh();
          }}
        >
          Clients that use <code>{pending.key.access_key_id}</code> are refused at once
          {pending.action === 'delete' ? ', for ever.' : ', until it is enabled again.'}
          {pending.key.access_key_id === own && ' You are signed in with it: your session ends too.'}
        </ConfirmDialog>
      )}
    </Page>
  );
}

const keyColumns: Column<AccessKey>[] = [
  {
    id: 'access_key_id',
    header: 'Access key id',
    width: 270,
    cell: (key) => <code>{key.access_key_id}</code>,
  },
  { id: 'description', header: 'Description', width: 160, grow: true, cell: (key) => key.description ?? '' },
  { id: 'user_id', header: 'User', width: 110, cell: (key) => key.user_id },
  {
    id: 'creation_date',
    header: 'Created',
    width: 120,
    cell: (key) => <RelativeTime ms={key.creation_date * 1000} />,
  },
  {
    id: 'expiration_date',
    header: 'Expires',
    width: 120,
    cell: (key) =>
      key.expiration_date === undefined ? 'never' : <RelativeTime ms={key.expiration_date * 1000} />,
  },
  { id: 'state', header: 'State', width: 90, cell: (key) => <KeyState disabled={key.disabled} /> },
];

/** The same columns; the key of this session is marked. */
const columnsByOwn = new Map<string, Column<AccessKey>[]>();

function columnsFor(own: string): Column<AccessKey>[] {
  let columns = columnsByOwn.get(own);
  if (!columns) {
    columns = keyColumns.map((column) =>
      column.id === 'access_key_id'
        ? {
            ...column,
            cell: (key) => (
              <Group gap={8} wrap="nowrap">
                <code>{key.access_key_id}</code>
                {key.access_key_id === own && (
                  <Badge size="sm" variant="light" tt="none">
                    this session
                  </Badge>
                )}
              </Group>
            ),
          }
        : column,
    );
    columnsByOwn.set(own, columns);
  }
  return columns;
}

function KeyState({ disabled }: { disabled: boolean }): ReactElement {
  return (
    <span style={{ color: disabled ? 'var(--ab-bad)' : 'var(--ab-ok)' }}>
      {disabled ? 'disabled' : 'active'}
    </span>
  );
}
