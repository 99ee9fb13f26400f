import { Button, Modal, Stack, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Archive, FolderOpen, Library, Plus, Trash2 } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { bucketsQuery } from '../../api/queries/buckets';
import { createBucket, deleteBucket } from '../../api/s3';
import type { Bucket } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { messageOf } from '../../ui/ErrorState';
import { Bytes, Count, RelativeTime } from '../../ui/figures';
import { FilterInput } from '../../ui/FilterInput';
import { Page } from '../../ui/Page';
import classes from './buckets.module.css';

const route = getRouteApi('/buckets');

/** Plain buckets, and repositories, which S3 clients see as buckets too. */
export function BucketsPage(): ReactElement {
  const { prefix = '' } = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const source = useInfiniteRows(useInfiniteQuery(bucketsQuery(prefix)), (page) => page.results);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Bucket>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['buckets'] });
  const open = (row: Bucket) =>
    void (row.kind === 'repository'
      ? navigate({ to: '/repositories/$repository/objects', params: { repository: row.name } })
      : navigate({ to: '/buckets/$bucket', params: { bucket: row.name } }));

  const columns = useMemo<Column<Bucket>[]>(
    () => [
      {
        id: 'name',
        header: 'Name',
        width: 260,
        grow: true,
        cell: (row) => (
          <span className={classes.name}>
            {row.kind === 'repository' ? (
              <Library size={14} aria-label="Repository" />
            ) : (
              <Archive size={14} aria-label="Bucket" />
            )}
            {row.name}
          </span>
        ),
      },
      {
        id: 'repositories',
        header: 'Namespace of',
        width: 200,
        cell: (row) => row.repositories.map((repository) => repository.id).join(', '),
      },
      {
        id: 'objects',
        header: 'Objects',
        width: 120,
        align: 'right',
        cell: (row) => <Count value={row.objects} />,
      },
      { id: 'bytes', header: 'Size', width: 120, align: 'right', cell: (row) => <Bytes value={row.bytes} /> },
      {
        id: 'created',
        header: 'Created',
        width: 150,
        cell: (row) => <RelativeTime ms={row.creation_ms} />,
      },
    ],
    [],
  );
  const rowMenu = (row: Bucket): RowAction[] => [
    { label: 'Browse', icon: <FolderOpen size={14} aria-hidden />, onSelect: () => open(row) },
    {
      label: 'Delete',
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      separated: true,
      disabled: row.kind === 'repository',
      onSelect: () => setDeleting(row),
    },
  ];

  return (
    <Page
      title="Buckets"
      fill
      actions={
        <Button leftSection={<Plus size={15} aria-hidden />} onClick={() => setCreating(true)}>
          New bucket
        </Button>
      }
      toolbar={
        <FilterInput
          value={prefix}
          placeholder="Buckets that begin with"
          onChange={(value) => void navigateHere({ search: { prefix: value || undefined }, replace: true })}
        />
      }
    >
      <DataTable
        label="Buckets"
        {...source}
        columns={columns}
        rowId={(row) => row.name}
        onOpen={open}
        rowMenu={rowMenu}
        errorTitle="The buckets could not be listed"
        empty={
          <EmptyState
            title={prefix === '' ? 'No buckets yet' : 'No bucket begins with this'}
            icon={<Archive size={20} aria-hidden />}
            actions={prefix === '' && <CommandBlock commands="aws s3 mb s3://sample-data" />}
          >
            A bucket holds objects; a repository takes them in without copying.
          </EmptyState>
        }
      />
      <Modal opened={creating} onClose={() => setCreating(false)} title="New bucket">
        <CreateForm
          onDone={async () => {
            await refresh();
            setCreating(false);
          }}
        />
      </Modal>
      <ConfirmDialog
        opened={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete bucket"
        confirmLabel="Delete bucket"
        danger
        typeToConfirm={deleting?.name}
        onConfirm={async () => {
          if (deleting !== undefined) await deleteBucket(deleting.name);
          await refresh();
        }}
      >
        Only an empty bucket can be deleted.
      </ConfirmDialog>
    </Page>
  );
}

function CreateForm({ onDone }: { onDone: () => Promise<void> }): ReactElement {
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const create = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await createBucket(name);
      await onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="3 to 63 lower-case letters, digits, dots and hyphens"
          required
          data-autofocus
          value={name}
          error={error === undefined ? undefined : messageOf(error)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} disabled={name === ''}>
          Create
        </Button>
      </Stack>
    </form>
  );
}
