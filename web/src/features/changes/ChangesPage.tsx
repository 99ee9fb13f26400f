import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, Clipboard, Eye, FolderOpen, GitCommitHorizontal, Undo2 } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import {
  changesSummaryQuery,
  firstChangesQuery,
  revertChanges,
  type ChangeScope,
} from '../../api/queries/changes';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Diff, DiffSummary } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import type { RowAction } from '../../ui/DataTable/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { FilterInput } from '../../ui/FilterInput';
import { formatCount, formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { LoadingState } from '../../ui/LoadingState';
import { Page } from '../../ui/Page';
import browser from '../../widgets/browser/browser.module.css';
import { copyWithNotice } from '../../widgets/browser/download';
import { bytesText, ChangeCounts, DiffTree } from '../../widgets/DiffTree';
import { summaryOf } from '../../widgets/diff-summary';
import { visibleText } from '../../widgets/preview/content';
import { ChangedObject } from './ChangedObject';
import classes from './changes.module.css';
import { CommitDialog } from './CommitDialog';

const route = getRouteApi('/repositories/$repository/changes');

/** What was changed on a branch since its last commit: to be looked at, reverted, committed. */
export function ChangesPage(): ReactElement {
  const { repository } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch ?? 'main';
  const branch = search.branch ?? defaultBranch;
  const whole = useQuery(changesSummaryQuery(repository, branch));
  const count = countOf(whole.data);
  const [reverting, setReverting] = useState<ChangeScope>();
  const startCommit = () => count > 0 && void navigate({ search: (old) => ({ ...old, commit: true }) });
  useHotkeys('Uncommitted changes', [{ keys: 'c', description: 'Commit', onPress: startCommit }]);
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
            onClick={() => setReverting({ type: 'reset' })}
          >
            Revert all
          </Button>
          <Button
            leftSection={<GitCommitHorizontal size={15} aria-hidden />}
            disabled={count === 0}
            onClick={startCommit}
          >
            Commit
          </Button>
        </>
      }
      toolbar={
        <>
          <FilterInput
            value={search.prefix ?? ''}
            placeholder="Paths with"
            onChange={(value) =>
              void navigate({
                search: (old) => ({ ...old, prefix: value || undefined, open: undefined }),
                replace: true,
              })
            }
          />
          {whole.data && count > 0 && <Totals summary={whole.data} />}
        </>
      }
    >
      {whole.isError ? (
        <ErrorState
          title="The changes could not be listed"
          error={whole.error}
          onRetry={() => void whole.refetch()}
        />
      ) : !whole.data ? (
        <LoadingState rows={10} label="Loading: uncommitted changes" />
      ) : count === 0 ? (
        <Nothing repository={repository} branch={branch} />
      ) : (
        <Changes repository={repository} branch={branch} onRevert={setReverting} />
      )}
      {search.commit && (
        <CommitDialog
          repository={repository}
          branch={branch}
          summary={whole.data}
          onClose={() => void navigate({ search: (old) => ({ ...old, commit: undefined }), replace: true })}
        />
      )}
      {reverting && (
        <ConfirmDialog
          opened
          onClose={() => setReverting(undefined)}
          title={revertTitle(reverting, branch)}
          confirmLabel="Revert"
          danger
          onConfirm={async () => {
            await revertChanges(repository, branch, reverting);
            await navigate({
              search: (old) => ({ ...old, object: undefined, as: undefined, state: undefined }),
              replace: true,
            });
            await queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
            notifications.show({ message: 'The changes were reverted.' });
          }}
        >
          {reverting.type === 'object'
            ? 'It becomes what it is in the last commit of the branch.'
            : reverting.type === 'common_prefix'
              ? 'All below it becomes what it is in the last commit of the branch.'
              : `${formatPlural(count, 'uncommitted change')} of ${branch} will be gone: the branch becomes what its last commit says.`}{' '}
          What was uploaded and not committed cannot be brought back.
        </ConfirmDialog>
      )}
    </Page>
  );
}

export function countOf(summary: DiffSummary | undefined): number {
  if (!summary) return 0;
  return summary.total.added + summary.total.changed + summary.total.removed;
}

function revertTitle(scope: ChangeScope, branch: string): string {
  if (scope.type === 'reset') return `Revert all changes of ${branch}`;
  const path = visibleText(scope.path);
  return scope.type === 'object' ? `Revert ${path}` : `Revert all below ${path}`;
}

function Totals({ summary }: { summary: DiffSummary }): ReactElement {
  const { total, truncated } = summary;
  return (
    <div className={classes.totals} role="status">
      <strong>
        {truncated && 'More than '}
        {formatPlural(countOf(summary), 'change')}
      </strong>
      <ChangeCounts counts={total} />
      <span className={classes.soft}>{bytesText(total)}</span>
    </div>
  );
}

function Nothing({ repository, branch }: { repository: string; branch: string }): ReactElement {
  return (
    <EmptyState
      title="Nothing to commit"
      icon={<CircleCheck size={20} aria-hidden />}
      actions={
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link
              to="/repositories/$repository/objects"
              params={{ repository }}
              search={{ ref: branch }}
              {...props}
            />
          )}
        >
          Objects of {branch}
        </Button>
      }
    >
      All that is on {branch} is committed. What is uploaded, deleted or written by an S3 client on a branch
      shows up here, until it is committed or reverted.
    </EmptyState>
  );
}

/** So few found changes are shown with all their folders opened; then, what was opened is what gets closed. */
const openedMax = 200;

function foldersOf(found: readonly Diff[], closed: readonly string[]): string[] {
  if (found.length > openedMax) return [...closed];
  const folders = new Set<string>();
  for (const { path } of found)
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
      folders.add(path.slice(0, end + 1));
  return [...folders].filter((folder) => !closed.includes(folder));
}

function Changes({
  repository,
  branch,
  onRevert,
}: {
  repository: string;
  branch: string;
  onRevert: (scope: ChangeScope) => void;
}): ReactElement {
  const { prefix: text = '', open = [], object, as, state } = route.useSearch();
  const isSearch = text !== '';
  const all = useQuery({ ...firstChangesQuery(repository, branch), enabled: isSearch });
  const found = useMemo(() => {
    const part = text.toLowerCase();
    return (all.data?.items ?? []).filter(({ path }) => path.toLowerCase().includes(part));
  }, [all.data, text]);
  // eslint-disable-next-line @tanstack/query/exhaustive-deps -- what is found follows from when it was read
  const foundBelow = (prefix: string) => ({
    queryKey: ['changes-found', repository, branch, text, all.dataUpdatedAt, prefix],
    queryFn: () => summaryOf(found, prefix),
    staleTime: Infinity,
  });
  const navigate = route.useNavigate();
  const openObject = (path: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, object: path, as: undefined, state: undefined }) });
  const toggle = (path: string) =>
    void navigate({
      search: (old) => ({
        ...old,
        open: open.includes(path) ? open.filter((other) => other !== path) : [...open, path],
      }),
      replace: true,
    });
  const rowMenu = (path: string, isPrefix: boolean): RowAction[] => {
    const copy: RowAction = {
      label: 'Copy path',
      icon: <Clipboard size={14} aria-hidden />,
      onSelect: () => copyWithNotice(path, 'Path'),
    };
    // Below a folder lies more than a search has found of it.
    if (isPrefix && isSearch) return [copy];
    return [
      isPrefix
        ? {
            label: open.includes(path) ? 'Close' : 'Open',
            icon: <FolderOpen size={14} aria-hidden />,
            onSelect: () => toggle(path),
          }
        : { label: 'Preview', icon: <Eye size={14} aria-hidden />, onSelect: () => openObject(path) },
      copy,
      {
        label: isPrefix ? 'Revert all below' : 'Revert',
        icon: <Undo2 size={14} aria-hidden />,
        danger: true,
        separated: true,
        onSelect: () => onRevert({ type: isPrefix ? 'common_prefix' : 'object', path }),
      },
    ];
  };
  return (
    <div className={`${browser.split} ${object === undefined ? '' : browser.withObject} ${classes.wide}`}>
      <div className={browser.listPane}>
        <div className={classes.tree}>
          {isSearch && all.isError ? (
            <ErrorState
              title="The changes could not be searched"
              error={all.error}
              onRetry={() => void all.refetch()}
            />
          ) : isSearch && !all.data ? (
            <LoadingState rows={6} label="Searching" />
          ) : (
            <DiffTree
              label="Uncommitted changes"
              key={isSearch ? 'found' : 'all'}
              summaryOf={isSearch ? foundBelow : (at) => changesSummaryQuery(repository, branch, at)}
              open={isSearch ? foldersOf(found, open) : open}
              onOpenChange={(next) => {
                const isTurned = isSearch && found.length <= openedMax;
                const shown = isTurned
                  ? foldersOf(found, []).filter((folder) => !next.includes(folder))
                  : next;
                void navigate({ search: (old) => ({ ...old, open: shown }), replace: true });
              }}
              selected={object}
              onSelect={openObject}
              rowMenu={rowMenu}
              empty={
                <EmptyState title={`No change has “${text}” in its path`}>
                  Any part of a path is found, whatever the case of its letters.
                </EmptyState>
              }
            />
          )}
          {isSearch && all.data?.hasMore === true && (
            <p className={classes.note} role="status">
              Only the first {formatCount(all.data.items.length)} changes were searched.
            </p>
          )}
        </div>
      </div>
      {object !== undefined && (
        <ChangedObject
          key={object}
          repository={repository}
          branch={branch}
          path={object}
          kind={as}
          state={state}
          onKindChange={(kind) => void navigate({ search: (old) => ({ ...old, as: kind }), replace: true })}
          onStateChange={(next) =>
            void navigate({ search: (old) => ({ ...old, state: next }), replace: true })
          }
          onClose={() => openObject(undefined)}
        />
      )}
    </div>
  );
}
