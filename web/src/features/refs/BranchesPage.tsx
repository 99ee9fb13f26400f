import { Button, Switch } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import {
  FilePenLine,
  FolderOpen,
  GitBranch,
  GitCompareArrows,
  History,
  Plus,
  RotateCcw,
  SearchX,
  Tag,
  Trash2,
} from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { sweepsQuery } from '../../api/queries/experiments';
import { branchesQuery } from '../../api/queries/refs';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Ref } from '../../api/types';
import { CommitId } from '../../ui/CommitId';
import { DataTable } from '../../ui/DataTable/DataTable';
import { filterRows } from '../../ui/DataTable/rows';
import type { Column, RowAction } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { FilterInput } from '../../ui/FilterInput';
import { formatCount, formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { Page } from '../../ui/Page';
import { CreateRefDialog } from '../../widgets/CreateRefDialog';
import { inOrder, sweepOfBranch } from '../../widgets/run-branches';
import { DeleteRefs } from './DeleteRefs';
import { HeadMessage, HeadTime } from './HeadCommit';
import classes from './refs.module.css';
import { ResetDialog } from './ResetDialog';

const route = getRouteApi('/repositories/$repository/branches');

type Open = { kind: 'delete'; refs: Ref[] } | { kind: 'reset' | 'tag' | 'branch'; branch: string };

/** All branches: what each points at, and what can be done with it. */
export function BranchesPage(): ReactElement {
  const { repository } = route.useParams();
  const { prefix = '', create, runs } = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch ?? 'main';
  const source = useInfiniteRows(useInfiniteQuery(branchesQuery(repository, prefix)), (page) => page.results);
  const sweepPages = useInfiniteQuery(sweepsQuery(repository)).data?.pages;
  const isOfRun = useMemo(() => {
    const sweepOf = sweepOfBranch(sweepPages?.flatMap((page) => page.results) ?? []);
    return (branch: string) => sweepOf(branch) !== undefined;
  }, [sweepPages]);
  // Hundreds of runs would hide what people work on; who searches or asks for them finds them.
  const withRuns = runs === true || prefix !== '';
  const rows = useMemo(
    () => inOrder(source.rows, defaultBranch, withRuns ? undefined : isOfRun),
    [source.rows, defaultBranch, withRuns, isOfRun],
  );
  const hidden = source.rows.length - rows.length;
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const startCreate = () => void navigateHere({ search: (old) => ({ ...old, create: true }) });
  const selected =
    selection.size === 0
      ? []
      : filterRows(source.rows, (row) => selection.has(row.id) && row.id !== defaultBranch);
  useHotkeys('Branches', [{ keys: 'n', description: 'New branch', onPress: startCreate }]);

  const columns = useMemo<Column<Ref>[]>(
    () => [
      {
        id: 'name',
        header: 'Branch',
        width: 280,
        cell: (row) => (
          <span className={classes.name}>
            <GitBranch size={14} aria-hidden />
            <Link
              to="/repositories/$repository/objects"
              params={{ repository }}
              search={{ ref: row.id }}
              title={row.id}
              tabIndex={-1}
            >
              {row.id}
            </Link>
            {row.id === defaultBranch && <span className={classes.mark}>default</span>}
          </span>
        ),
      },
      {
        id: 'message',
        header: 'Latest commit',
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
    [repository, defaultBranch],
  );
  const browse = (branch: string) =>
    void navigate({
      to: '/repositories/$repository/objects',
      params: { repository },
      search: { ref: branch },
    });
  const rowMenu = (row: Ref): RowAction[] => [
    {
      label: 'Browse',
      icon: <FolderOpen size={14} aria-hidden />,
      onSelect: () => browse(row.id),
    },
    {
      label: 'Uncommitted changes',
      icon: <FilePenLine size={14} aria-hidden />,
      onSelect: () =>
        void navigate({
          to: '/repositories/$repository/changes',
          params: { repository },
          search: { branch: row.id },
        }),
    },
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
      disabled: row.id === defaultBranch,
      onSelect: () =>
        void navigate({
          to: '/repositories/$repository/compare',
          params: { repository },
          search: { left: defaultBranch, right: row.id },
        }),
    },
    {
      label: 'New branch from here',
      icon: <GitBranch size={14} aria-hidden />,
      separated: true,
      onSelect: () => setOpen({ kind: 'branch', branch: row.id }),
    },
    {
      label: 'Tag',
      icon: <Tag size={14} aria-hidden />,
      onSelect: () => setOpen({ kind: 'tag', branch: row.id }),
    },
    {
      label: 'Reset',
      icon: <RotateCcw size={14} aria-hidden />,
      separated: true,
      danger: true,
      onSelect: () => setOpen({ kind: 'reset', branch: row.id }),
    },
    {
      label: 'Delete',
      icon: <Trash2 size={14} aria-hidden />,
      danger: true,
      disabled: row.id === defaultBranch,
      onSelect: () => setOpen({ kind: 'delete', refs: [row] }),
    },
  ];

  return (
    <Page
      title="Branches"
      fill
      actions={
        <Button leftSection={<Plus size={15} aria-hidden />} onClick={startCreate}>
          New branch
        </Button>
      }
      toolbar={
        <>
          <FilterInput
            value={prefix}
            placeholder="Branches with"
            onChange={(value) =>
              void navigateHere({ search: (old) => ({ ...old, prefix: value || undefined }), replace: true })
            }
          />
          {(hidden > 0 || runs) && (
            <Switch
              size="xs"
              label={`Branches of runs${hidden > 0 ? ` (${formatCount(hidden)}${source.hasMore ? ' and more' : ''} hidden)` : ''}`}
              checked={runs === true}
              onChange={(event) => {
                const shown = event.currentTarget.checked || undefined;
                void navigateHere({ search: (old) => ({ ...old, runs: shown }), replace: true });
              }}
            />
          )}
          {selected.length > 0 && (
            <Button
              variant="default"
              leftSection={<Trash2 size={14} aria-hidden />}
              onClick={() => setOpen({ kind: 'delete', refs: selected })}
            >
              Delete {formatPlural(selected.length, 'branch', 'branches')}
            </Button>
          )}
          <span className={classes.soft} role="status">
            {rows.length > 0 &&
              `${formatPlural(source.rows.length, 'branch', 'branches')}${source.hasMore ? ' loaded' : ''}`}
          </span>
        </>
      }
    >
      <DataTable
        label="Branches"
        listId={`${repository}\n${prefix}\n${String(withRuns)}`}
        {...source}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        selection={selection}
        onSelectionChange={setSelection}
        onOpen={(row) => browse(row.id)}
        rowMenu={rowMenu}
        errorTitle="The branches could not be listed"
        empty={
          <EmptyState title="No branch has this in its name" icon={<SearchX size={20} aria-hidden />}>
            Any part of a name is found, whatever the case of its letters.
          </EmptyState>
        }
      />
      <CreateRefDialog
        kind={open?.kind === 'tag' ? 'tag' : 'branch'}
        repository={repository}
        source={open?.kind === 'tag' || open?.kind === 'branch' ? open.branch : defaultBranch}
        opened={create === true || open?.kind === 'tag' || open?.kind === 'branch'}
        onClose={() => {
          close();
          if (create) void navigateHere({ search: (old) => ({ ...old, create: undefined }), replace: true });
        }}
      />
      {open?.kind === 'reset' && <ResetDialog repository={repository} branch={open.branch} onClose={close} />}
      {open?.kind === 'delete' && (
        <DeleteRefs
          kind="branch"
          repository={repository}
          refs={open.refs}
          defaultBranch={defaultBranch}
          onClose={close}
          onDeleted={() => setSelection(new Set())}
        />
      )}
    </Page>
  );
}
