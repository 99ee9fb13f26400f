import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Archive, Folder, Library, Plus, Trash2 } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { deleteRepository, repositoriesQuery, repositoryLists } from '../../api/queries/repositories';
import type { Repository } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { RelativeTime } from '../../ui/figures';
import { FilterInput } from '../../ui/FilterInput';
import { useHotkeys } from '../../ui/hotkeys';
import { Page } from '../../ui/Page';
import { RefBadge } from '../../ui/RefBadge';
import { CreateRepositoryDialog } from './CreateRepositoryDialog';
import { BranchCount, HeadSize } from './RepositoryFigures';

const route = getRouteApi('/repositories');

export function RepositoriesPage(): ReactElement {
  const { prefix = '' } = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [creating, dialog] = useDisclosure(false);
  const [deleting, setDeleting] = useState<Repository>();
  const rows = useInfiniteRows(useInfiniteQuery(repositoriesQuery(prefix)), (page) => page.results);
  useHotkeys('Repositories', [{ keys: 'n', description: 'New repository', onPress: dialog.open }]);

  const open = (repository: Repository) =>
    void navigate({ to: '/repositories/$repository/objects', params: { repository: repository.id } });
  const menu = (repository: Repository): RowAction[] => [
    { label: 'Open', icon: <Folder size={14} aria-hidden />, onSelect: () => open(repository) },
    {
      label: 'Open its storage namespace',
      icon: <Archive size={14} aria-hidden />,
      onSelect: () => {
        const place = namespaceParts(repository.storage_namespace);
        void navigate({
          to: '/buckets/$bucket',
          params: { bucket: place.bucket },
          search: { prefix: place.prefix },
        });
      },
    },
    {
      label: 'Delete',
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      separated: true,
      onSelect: () => setDeleting(repository),
    },
  ];
  const columns = useMemo<Column<Repository>[]>(() => repositoryColumns, []);
  const create = (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New repository
    </Button>
  );
  return (
    <Page
      title="Repositories"
      fill
      actions={create}
      toolbar={
        <FilterInput
          value={prefix}
          placeholder="Names with"
          onChange={(value) => void navigateHere({ search: { prefix: value }, replace: true })}
        />
      }
    >
      <DataTable
        label="Repositories"
        listId={prefix}
        {...rows}
        columns={columns}
        rowId={(repository) => repository.id}
        onOpen={open}
        rowMenu={menu}
        rowHeight={42}
        errorTitle="The repositories could not be listed"
        empty={
          prefix === '' ? (
            <EmptyState title="No repository yet" icon={<Library size={20} aria-hidden />} actions={create}>
              A repository keeps versions of data: branches for experiments, commits for what is worth
              keeping.
            </EmptyState>
          ) : (
            <EmptyState title={`No repository has “${prefix}” in its name`} />
          )
        }
      />
      <CreateRepositoryDialog opened={creating} onClose={dialog.close} />
      {deleting !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setDeleting(undefined)}
          title={`Delete the repository ${deleting.id}`}
          confirmLabel="Delete repository"
          danger
          typeToConfirm={deleting.id}
          onConfirm={async () => {
            await deleteRepository(deleting.id);
            await queryClient.invalidateQueries(repositoryLists);
            queryClient.removeQueries({ queryKey: ['repositories', deleting.id] });
          }}
        >
          All its branches, tags and commits go, and with them every experiment’s record. This cannot be
          undone. What was imported stays in its source buckets.
        </ConfirmDialog>
      )}
    </Page>
  );
}

const repositoryColumns: Column<Repository>[] = [
  {
    id: 'id',
    header: 'Name',
    width: 220,
    grow: true,
    cell: (repository) => (
      <Link to="/repositories/$repository/objects" params={{ repository: repository.id }}>
        <strong>{repository.id}</strong>
      </Link>
    ),
  },
  {
    id: 'default_branch',
    header: 'Default branch',
    width: 150,
    cell: (repository) => <RefBadge type="branch" name={repository.default_branch} />,
  },
  {
    id: 'branches',
    header: 'Branches',
    align: 'right',
    width: 100,
    cell: (repository) => <BranchCount repository={repository.id} />,
  },
  {
    id: 'size',
    header: 'Size of its head',
    align: 'right',
    width: 190,
    cell: (repository) => <HeadSize repository={repository.id} />,
  },
  {
    id: 'storage_namespace',
    header: 'Storage namespace',
    width: 260,
    cell: (repository) => <code title={repository.storage_namespace}>{repository.storage_namespace}</code>,
  },
  {
    id: 'creation_date',
    header: 'Created',
    width: 130,
    cell: (repository) => <RelativeTime ms={repository.creation_date * 1000} />,
  },
];

function namespaceParts(namespace: string): { bucket: string; prefix: string | undefined } {
  const [, bucket = '', prefix = ''] = /^[a-z0-9]+:\/\/([^/]*)\/?(.*)$/.exec(namespace) ?? [];
  return { bucket, prefix: prefix === '' ? undefined : `${prefix.replace(/\/$/, '')}/` };
}
