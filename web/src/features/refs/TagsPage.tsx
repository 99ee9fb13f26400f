import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { FolderOpen, GitBranch, GitCompareArrows, History, Plus, SearchX, Tag, Trash2 } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { tagsQuery } from '../../api/queries/refs';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Ref } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { CommitId } from '../../ui/CommitId';
import { DataTable } from '../../ui/DataTable/DataTable';
import { filterRows } from '../../ui/DataTable/rows';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { FilterInput } from '../../ui/FilterInput';
import { formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { Page } from '../../ui/Page';
import { CreateRefDialog } from '../../widgets/CreateRefDialog';
import { DeleteRefs } from './DeleteRefs';
import { HeadMessage, HeadTime } from './HeadCommit';
import classes from './refs.module.css';

const route = getRouteApi('/repositories/$repository/tags');

/** All tags: names of commits that stay. */
export function TagsPage(): ReactElement {
  const { repository } = route.useParams();
  const { prefix = '', create } = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch ?? 'main';
  const source = useInfiniteRows(useInfiniteQuery(tagsQuery(repository, prefix)), (page) => page.results);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<Ref[]>();
  const [branchFrom, setBranchFrom] = useState<string>();
  const startCreate = () => void navigateHere({ search: (old) => ({ ...old, create: true }) });
  const selected = selection.size === 0 ? [] : filterRows(source.rows, (row) => selection.has(row.id));
  useHotkeys('Tags', [{ keys: 'n', description: 'New tag', onPress: startCreate }]);

  const columns = useMemo<Column<Ref>[]>(
    () => [
      {
        id: 'name',
        header: 'Tag',
        width: 240,
        cell: (row) => (
          <span className={`${classes.name} ${classes.tag}`}>
            <Tag size={14} aria-hidden />
            <Link
              to="/repositories/$repository/objects"
              params={{ repository }}
              search={{ ref: row.id }}
              title={row.id}
              tabIndex={-1}
            >
              {row.id}
            </Link>
          </span>
        ),
      },
      {
        id: 'message',
        header: 'Commit message',
        width: 260,
        grow: true,
        cell: (row) => <HeadMessage key={row.commit_id} repository={repository} id={row.commit_id} />,
      },
      {
        id: 'time',
        header: 'When',
        width: 140,
        cell: (row) => <HeadTime key={row.commit_id} repository={repository} id={row.commit_id} />,
      },
      { id: 'commit', header: 'Commit', width: 130, cell: (row) => <CommitId id={row.commit_id} /> },
    ],
    [repository],
  );
  const browse = (tag: string) =>
    void navigate({ to: '/repositories/$repository/objects', params: { repository }, search: { ref: tag } });
  const rowMenu = (row: Ref): RowAction[] => [
    { label: 'Browse', icon: <FolderOpen size={14} aria-hidden />, onSelect: () => browse(row.id) },
    {
      label: 'History',
      icon: <History size={14} aria-hidden />,
      onSelect: () =>
        void navigate({
          to: '/repositories/$repository/commits',
          params: { repository },
          search: { ref: row.id },
        }),
    },
    {
      label: `Compare with ${defaultBranch}`,
      icon: <GitCompareArrows size={14} aria-hidden />,
      onSelect: () =>
        void navigate({
          to: '/repositories/$repository/compare',
          params: { repository },
          search: { left: row.id, right: defaultBranch },
        }),
    },
    {
      label: 'New branch from here',
      icon: <GitBranch size={14} aria-hidden />,
      separated: true,
      onSelect: () => setBranchFrom(row.id),
    },
    {
      label: 'Delete',
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      separated: true,
      onSelect: () => setDeleting([row]),
    },
  ];

  return (
    <Page
      title="Tags"
      fill
      actions={
        <Button leftSection={<Plus size={15} aria-hidden />} onClick={startCreate}>
          New tag
        </Button>
      }
      toolbar={
        <>
          <FilterInput
            value={prefix}
            placeholder="Tags with"
            onChange={(value) => void navigateHere({ search: { prefix: value || undefined }, replace: true })}
          />
          {selected.length > 0 && (
            <Button
              variant="default"
              leftSection={<Trash2 size={14} aria-hidden />}
              onClick={() => setDeleting(selected)}
            >
              Delete {formatPlural(selected.length, 'tag')}
            </Button>
          )}
          <span className={classes.soft} role="status">
            {source.rows.length > 0 &&
              `${formatPlural(source.rows.length, 'tag')}${source.hasMore ? ' loaded' : ''}`}
          </span>
        </>
      }
    >
      <DataTable
        label="Tags"
        listId={`${repository}\n${prefix}`}
        {...source}
        columns={columns}
        rowId={(row) => row.id}
        selection={selection}
        onSelectionChange={setSelection}
        onOpen={(row) => browse(row.id)}
        rowMenu={rowMenu}
        errorTitle="The tags could not be listed"
        empty={
          prefix === '' ? (
            <EmptyState
              title="No tags yet"
              icon={<Tag size={20} aria-hidden />}
              actions={
                <CommandBlock
                  commands={`anabranch tag create anabranch://${repository}/v1.0 --from ${defaultBranch}`}
                />
              }
            >
              A tag is a name for a commit that stays while branches move on.
            </EmptyState>
          ) : (
            <EmptyState title="No tag has this in its name" icon={<SearchX size={20} aria-hidden />}>
              Any part of a name is found, whatever the case of its letters.
            </EmptyState>
          )
        }
      />
      <CreateRefDialog
        kind={branchFrom === undefined ? 'tag' : 'branch'}
        repository={repository}
        source={branchFrom ?? defaultBranch}
        opened={create === true || branchFrom !== undefined}
        onClose={() => {
          setBranchFrom(undefined);
          if (create) void navigateHere({ search: (old) => ({ ...old, create: undefined }), replace: true });
        }}
      />
      {deleting && (
        <DeleteRefs
          kind="tag"
          repository={repository}
          refs={deleting}
          defaultBranch={defaultBranch}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => setSelection(new Set())}
        />
      )}
    </Page>
  );
}
