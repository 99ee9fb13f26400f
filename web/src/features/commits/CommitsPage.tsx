import { Switch, useComputedColorScheme } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { History, SearchX } from 'lucide-react';
import { useEffect, useMemo, type ReactElement } from 'react';
import { commitGraphQuery, commitLogQuery } from '../../api/queries/commits';
import { branchesQuery, branchQuery, tagsQuery } from '../../api/queries/refs';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Commit } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { CommitId } from '../../ui/CommitId';
import { DataTable } from '../../ui/DataTable/DataTable';
import { sliceRows } from '../../ui/DataTable/rows';
import type { Column } from '../../ui/DataTable/types';
import { useInfiniteRows } from '../../ui/DataTable/useInfiniteRows';
import { EmptyState } from '../../ui/EmptyState';
import { RelativeTime } from '../../ui/figures';
import { FilterInput } from '../../ui/FilterInput';
import { formatCount, formatPlural } from '../../ui/format';
import { Page } from '../../ui/Page';
import { RefBadges, type NamedRef } from '../../widgets/RefBadges';
import classes from './commits.module.css';
import { GraphCell, laneWidth } from './GraphCell';
import { GraphLayout, type GraphRow } from './graph-layout';
import { matchesText, partMetadata, titleOf } from './metadata';
import { RunChips } from './RunChips';
import { useCommitActions } from './useCommitActions';
import { withoutRuns } from './without-runs';

const route = getRouteApi('/repositories/$repository/commits');
const rowHeight = 36;
/** Where runs are left out, so many rows are looked for, in so many commits. */
const [rowsWanted, lookedThroughMax] = [40, 5000];

interface CommitRow {
  commit: Commit;
  /** Not in a filtered list: its commits are not next to their parents. */
  graph?: GraphRow;
  refs: readonly NamedRef[];
}

/** The history of all branches as a graph, or of one ref; filtered by path and message. */
export function CommitsPage(): ReactElement {
  const { repository } = route.useParams();
  const { ref, prefix = '', text = '', runs } = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const scheme = useComputedColorScheme('light');
  const { source, rows, lanes, isFiltered, loaded, hidden } = useCommitRows(
    repository,
    ref,
    prefix,
    text,
    runs === true,
  );
  const { actionsOf, dialogs } = useCommitActions(repository, ref);
  const hasRuns = rows.some((row) => row.commit.metadata?.['anabranch.run'] !== undefined);

  const columns = useMemo<Column<CommitRow>[]>(() => {
    const graph: Column<CommitRow> = {
      id: 'graph',
      header: 'Graph',
      width: Math.max(64, lanes * laneWidth + 24),
      cell: (row) =>
        row.graph && <GraphCell row={row.graph} lanes={lanes} height={rowHeight} scheme={scheme} />,
    };
    const message: Column<CommitRow> = {
      id: 'message',
      header: 'Message',
      width: 220,
      grow: true,
      cell: ({ commit, refs }) => (
        <span className={classes.message}>
          <Link
            to="/repositories/$repository/commits/$commit"
            params={{ repository, commit: commit.id }}
            title={commit.message}
            tabIndex={-1}
          >
            {titleOf(commit.message)}
          </Link>
          <RefBadges refs={refs} />
        </span>
      ),
    };
    const run: Column<CommitRow> = {
      id: 'run',
      header: 'Metrics and parameters',
      width: 240,
      cell: ({ commit }) => <RunChips metadata={partMetadata(commit.metadata)} />,
    };
    return [
      ...(isFiltered ? [] : [graph]),
      message,
      ...(hasRuns ? [run] : []),
      {
        id: 'author',
        header: 'Author',
        width: 120,
        cell: ({ commit }) => <span className={classes.soft}>{commit.committer}</span>,
      },
      {
        id: 'time',
        header: 'When',
        width: 130,
        cell: ({ commit }) => (
          <span className={classes.soft}>
            <RelativeTime ms={commit.creation_date * 1000} />
          </span>
        ),
      },
      { id: 'id', header: 'Id', width: 130, cell: ({ commit }) => <CommitId id={commit.id} /> },
    ];
  }, [repository, lanes, scheme, isFiltered, hasRuns]);

  return (
    <Page
      title="Commits"
      fill
      toolbar={
        <>
          <FilterInput
            value={text}
            placeholder="Message or id"
            onChange={(value) =>
              void navigateHere({
                search: (old) => ({ ...old, text: value || undefined }),
                replace: true,
              })
            }
          />
          <FilterInput
            value={prefix}
            placeholder="Changed below path"
            width={220}
            onChange={(value) =>
              void navigateHere({
                search: (old) => ({ ...old, prefix: value || undefined }),
                replace: true,
              })
            }
          />
          {!isFiltered && (hidden > 0 || runs === true) && (
            <Switch
              size="xs"
              label={`Commits of runs${hidden > 0 ? ` (${formatCount(hidden)}${source.hasMore ? ' and more' : ''} hidden)` : ''}`}
              checked={runs === true}
              onChange={(event) => {
                const shown = event.currentTarget.checked || undefined;
                void navigateHere({ search: (old) => ({ ...old, runs: shown }), replace: true });
              }}
            />
          )}
          <span className={classes.soft} role="status">
            {rows.length > 0 &&
              `${formatPlural(rows.length, 'commit')}${source.hasMore ? ` of the newest ${formatCount(loaded)}` : ''}`}
          </span>
        </>
      }
    >
      <DataTable
        label="Commits"
        listId={[repository, ref, prefix, text, String(runs === true)].join('\n')}
        {...source}
        rows={rows}
        columns={columns}
        rowId={(row) => row.commit.id}
        rowHeight={rowHeight}
        rowMenu={(row) => actionsOf(row.commit)}
        onOpen={(row) =>
          void navigate({
            to: '/repositories/$repository/commits/$commit',
            params: { repository, commit: row.commit.id },
          })
        }
        errorTitle="The commits could not be listed"
        isPending={source.isPending || (rows.length === 0 && source.hasMore)}
        empty={<NoCommits repository={repository} isFiltered={isFiltered} />}
      />
      {dialogs}
    </Page>
  );
}

function NoCommits({ repository, isFiltered }: { repository: string; isFiltered: boolean }): ReactElement {
  if (isFiltered) {
    return (
      <EmptyState title="No commit matches" icon={<SearchX size={20} aria-hidden />}>
        Change the filters, or choose another branch.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No commits yet"
      icon={<History size={20} aria-hidden />}
      actions={
        <CommandBlock
          commands={[
            `anabranch cp data.csv anabranch://${repository}/main/data.csv`,
            `anabranch commit anabranch://${repository}/main -m "First data"`,
          ]}
        />
      }
    >
      Upload or import objects, then commit them.
    </EmptyState>
  );
}

/** The commits of the graph or of a log, with their lanes and the refs on them. A text filter loads all there are. */
function useCommitRows(
  repository: string,
  ref: string | undefined,
  prefix: string,
  text: string,
  withRuns: boolean,
) {
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch ?? 'main';
  const isLog = ref !== undefined || prefix !== '';
  const graph = useInfiniteQuery({ ...commitGraphQuery(repository), enabled: !isLog });
  const log = useInfiniteQuery({
    ...commitLogQuery(repository, ref ?? defaultBranch, prefix),
    enabled: isLog,
  });
  const branches = useInfiniteQuery({ ...branchesQuery(repository), enabled: isLog });
  const tags = useInfiniteQuery({ ...tagsQuery(repository), enabled: isLog });
  const mainHead = useQuery(branchQuery(repository, defaultBranch)).data?.commit_id;
  const query = isLog ? log : graph;
  const source = useInfiniteRows(query, (page) => page.results);

  const refs = useMemo(() => {
    const all: NamedRef[] = isLog
      ? [
          ...(branches.data?.pages ?? []).flatMap((page) =>
            page.results.map(({ id, commit_id }) => ({ id, commit_id, type: 'branch' as const })),
          ),
          ...(tags.data?.pages ?? []).flatMap((page) =>
            page.results.map(({ id, commit_id }) => ({ id, commit_id, type: 'tag' as const })),
          ),
        ]
      : (query.data?.pages ?? []).flatMap((page) => page.refs);
    return byCommit(all as (NamedRef & { commit_id: string })[], defaultBranch);
  }, [isLog, query.data, branches.data, tags.data, defaultBranch]);

  const filter = text.trim().toLowerCase();
  const isFiltered = filter !== '' || prefix !== '';
  const first = source.rows.at(0)?.id;
  // A layout grows with the pages of one list; another list begins anew.
  const layout = useMemo(
    () => ({ of: first, withRuns, lanes: new GraphLayout(isLog ? undefined : mainHead) }),
    [first, isLog, mainHead, withRuns],
  ).lanes;
  // The head of the branch that is looked at is shown whoever made it.
  const head = isLog ? first : undefined;
  const rows = useMemo<CommitRow[]>(() => {
    const loaded = sliceRows(source.rows, 0, source.rows.length);
    if (isFiltered) {
      const matching = filter === '' ? loaded : loaded.filter((commit) => matchesText(commit, filter));
      return matching.map((commit) => ({ commit, refs: refs.get(commit.id) ?? noRefs }));
    }
    const shown = withRuns
      ? loaded.map((commit) => ({ commit, drawn: commit }))
      : withoutRuns(loaded, head === undefined ? [] : [head]);
    layout.extend(shown.map(({ drawn }) => drawn));
    return shown.map(({ commit }, index) => ({
      commit,
      graph: layout.rows[index],
      refs: refs.get(commit.id) ?? noRefs,
    }));
  }, [source.rows, filter, isFiltered, refs, layout, withRuns, head]);

  const { hasMore, isLoadingMore, error, onLoadMore } = source;
  const hidden = isFiltered ? 0 : source.rows.length - rows.length;
  // Pages full of runs say nothing: on to those that say something.
  const isThin = hidden > 0 && rows.length < rowsWanted && source.rows.length < lookedThroughMax;
  const wantsAll = (filter !== '' || isThin) && hasMore && !isLoadingMore && error === undefined;
  useEffect(() => {
    if (wantsAll) onLoadMore?.();
    // `onLoadMore` is new at each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wantsAll, source.rows.length]);
  return { source, rows, lanes: layout.width, isFiltered, loaded: source.rows.length, hidden };
}

const noRefs: readonly NamedRef[] = [];

/** The default branch comes first. */
function byCommit(refs: readonly (NamedRef & { commit_id: string })[], defaultBranch: string) {
  const found = new Map<string, NamedRef[]>();
  for (const ref of refs) {
    const others = found.get(ref.commit_id);
    if (!others) found.set(ref.commit_id, [ref]);
    else if (ref.type === 'branch' && ref.id === defaultBranch) others.unshift(ref);
    else others.push(ref);
  }
  return found;
}
