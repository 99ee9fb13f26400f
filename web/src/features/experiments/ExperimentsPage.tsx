import { Button, Select, SegmentedControl, Tooltip, ActionIcon } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import {
  ArrowDownWideNarrow,
  ArrowUpNarrowWide,
  ChartLine,
  ChartScatter,
  Download,
  FlaskConical,
  PanelRight,
  Rows3,
  Spline,
  WifiOff,
} from 'lucide-react';
import { useMemo, useState, type ReactElement, type ReactNode } from 'react';
import { seriesRunsMax, sweepsQuery } from '../../api/queries/experiments';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Run } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { formatCount, formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { lazyPart } from '../../ui/lazy-part';
import { LoadingState } from '../../ui/LoadingState';
import { Page } from '../../ui/Page';
import { useColoring } from './coloring';
import { ColumnsMenu, shownColumns } from './ColumnsMenu';
import { CurvesPanel } from './CurvesPanel';
import classes from './ExperimentsPage.module.css';
import { FilterBar } from './FilterBar';
import { Highlight, HighlightContext } from './highlight';
import { fieldNames, metricField, paramField, type FieldNames } from './model/fields';
import { distinctBest, goalOf, mainMetricOf, withGoal, type Aim } from './model/goal';
import { groupRuns, isBrushed, toCsv, toRows, type Row } from './model/rows';
import { ParallelPanel } from './ParallelPanel';
import type { ExperimentsSearch } from './routes';
import { RunsTable } from './RunsTable';
import { saveText } from './save';
import { ScatterPanel } from './ScatterPanel';
import { SplitPane } from './SplitPane';
import { SweepStrip } from './SweepStrip';
import { useLive, useRuns } from './useRuns';
import { hasFilters, noFilters, someOf, toView, type ChangeSearch } from './view';

const ComparePage = lazyPart(
  () => import('./ComparePage').then((module) => module.ComparePage),
  () => <LoadingState rows={10} />,
);

const route = getRouteApi('/repositories/$repository/experiments');

/** The most runs that stand side by side. */
const comparedMax = 20;

export function ExperimentsPage(): ReactElement {
  const search = route.useSearch();
  if (search.view === 'compare' && search.runs) return <ComparePage />;
  return <RunsPage search={search} />;
}

function RunsPage({ search }: { search: ExperimentsSearch }): ReactElement {
  const { repository } = route.useParams();
  const navigate = route.useNavigate();
  const [highlight] = useState(() => new Highlight());
  const change: ChangeSearch = (part) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  const view = toView(search);
  const live = useLive(repository);
  const { runs, isPending, error, onRetry, isLoading, isCut } = useRuns(repository, view, live);
  const sweepPages = useInfiniteQuery({ ...sweepsQuery(repository), enabled: live.ready }).data?.pages;
  const sweeps = useMemo(() => (sweepPages ?? []).flatMap((page) => page.results), [sweepPages]);
  const sweepIds = useMemo(() => sweeps.map(({ id }) => id), [sweeps]);

  const names = useMemo(() => fieldNames(runs), [runs]);
  const metric = useMemo(
    () => search.metric ?? mainMetricOf(runs, names.metrics),
    [search.metric, runs, names.metrics],
  );
  const goal = metric === undefined ? 'max' : goalOf(metric, search.goals);
  const aim = useMemo(
    (): Aim | undefined => (metric === undefined ? undefined : { metric, goal }),
    [metric, goal],
  );
  const best = useMemo(() => distinctBest(runs, aim, search.goals), [runs, aim, search.goals]);

  const brushKey = JSON.stringify(view.brushes);
  const listed = useMemo(
    () => (view.brushes.length === 0 ? runs : runs.filter((run) => isBrushed(view.brushes, run, Date.now()))),
    // `brushKey` is the brushes' content.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [runs, brushKey],
  );
  const closedKey = search.closed?.join('\n');
  const rows = useMemo((): Row[] => {
    if (search.group === undefined) return listed.map((run) => ({ kind: 'run' as const, id: run.id, run }));
    return toRows(groupRuns(listed, search.group, aim, Date.now()), new Set(search.closed));
    // `closedKey` is the closed groups' content.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [listed, search.group, aim, closedKey]);

  const selection = useMemo(() => new Set(search.runs), [search.runs]);
  const select = (next: ReadonlySet<string>) => change({ runs: someOf([...next].slice(0, seriesRunsMax)) });
  const chosen = useMemo(() => runs.filter((run) => selection.has(run.id)), [runs, selection]);
  const drawn = useMemo(
    () => (chosen.length > 0 ? chosen : listed).slice(0, seriesRunsMax),
    [chosen, listed],
  );
  const panel = search.panel ?? 'curves';
  const { colors, dashes, legend } = useColoring(drawn, search.color);
  const columns = useMemo(
    () => shownColumns(names, search.columns, search.equal === 'show', metric),
    [names, search.columns, search.equal, metric],
  );
  const open = (run: string) =>
    void navigate({ to: '/repositories/$repository/experiments/runs/$run', params: { repository, run } });
  const compare = () => void navigate({ search: (old) => ({ ...old, view: 'compare' }) });
  const mayCompare = chosen.length >= 2 && chosen.length <= comparedMax;
  useHotkeys('Experiments', [
    { keys: 'c', description: 'Compare chosen runs', onPress: () => mayCompare && compare() },
    {
      keys: 'p',
      description: 'Show or hide the charts',
      onPress: () => change({ panel: panel === 'none' ? undefined : 'none' }),
    },
  ]);
  const colorFields = useMemo(() => fieldChoices(names), [names]);

  if (error !== undefined && runs.length === 0)
    return (
      <Page title="Experiments">
        <ErrorState title="The runs could not be listed" error={error} onRetry={onRetry} />
      </Page>
    );
  if (!isPending && runs.length === 0 && !hasFilters(search) && !isLoading)
    return <NoRuns repository={repository} />;

  const table = (
    <>
      {isPending ? (
        <LoadingState rows={12} label="Loading runs" />
      ) : rows.length === 0 ? (
        <NoMatch onClear={() => change(noFilters)} />
      ) : (
        <RunsTable
          label="Runs"
          repository={repository}
          rows={rows}
          columns={columns}
          sort={view.sort}
          direction={view.direction}
          onSort={(sort, dir) => change({ sort, dir })}
          selection={selection}
          onSelectionChange={select}
          closed={search.group === undefined ? undefined : new Set(search.closed)}
          onToggleGroup={(value) => change({ closed: toggled(search.closed, value) })}
          onOpen={(run) => open(run.id)}
          colors={panel === 'curves' ? colors : undefined}
          dashes={dashes}
          bestId={best?.id}
          metric={metric}
        />
      )}
      <div className={classes.footer} role="status">
        <span>
          {formatPlural(listed.length, 'run')}
          {listed.length < runs.length && ` of ${formatCount(runs.length)}`}
          {isLoading && ', loading more'}
          {isCut && `, the first ${formatCount(runs.length)} that match: filter to see the others`}
        </span>
        {selection.size > 0 && (
          <ChosenBar
            count={selection.size}
            chosen={chosen}
            onCompare={mayCompare ? compare : undefined}
            onClear={() => select(new Set())}
          />
        )}
        {!live.connected && (
          <span className={classes.offline}>
            <WifiOff size={13} aria-hidden /> Live changes are interrupted
          </span>
        )}
      </div>
    </>
  );
  const body: Record<'curves' | 'scatter' | 'parallel', () => ReactNode> = {
    curves: () => (
      <CurvesPanel
        repository={repository}
        runs={chosen.length > 0 ? chosen : listed}
        metrics={names.metrics}
        mainMetric={metric}
        colors={colors}
        dashes={dashes}
        legend={legend}
        colorFields={colorFields}
        search={search}
        onChange={change}
        onOpen={open}
      />
    ),
    scatter: () => (
      <ScatterPanel
        runs={runs}
        view={view}
        names={names}
        metric={metric}
        selection={selection}
        search={search}
        onChange={change}
        onSelect={select}
        onOpen={open}
      />
    ),
    parallel: () => (
      <ParallelPanel
        runs={runs}
        view={view}
        names={names}
        metric={metric}
        search={search}
        onChange={change}
        onOpen={open}
      />
    ),
  };
  return (
    <HighlightContext value={highlight}>
      <Page
        title="Experiments"
        fill
        actions={
          <>
            <MetricSelect names={names} aim={aim} goals={search.goals} onChange={change} />
            <PanelSwitch
              panel={panel}
              onChange={(next) => change({ panel: next === 'curves' ? undefined : next })}
            />
          </>
        }
      >
        <SweepStrip
          repository={repository}
          sweeps={sweeps}
          onOpen={(sweep) =>
            void navigate({
              to: '/repositories/$repository/experiments/sweeps/$sweep',
              params: { repository, sweep },
            })
          }
        />
        <div className={classes.toolbar}>
          <FilterBar filters={search} onChange={change} names={names} runs={runs} sweeps={sweepIds} />
          <Select
            w={160}
            aria-label="Group by"
            placeholder="Group by"
            leftSection={<Rows3 size={14} aria-hidden />}
            data={[
              ...names.params.map((name) => ({ value: `param.${name}`, label: name })),
              { value: 'sweep', label: 'Sweep' },
              { value: 'state', label: 'State' },
            ]}
            value={search.group ?? null}
            onChange={(group) => change({ group: group ?? undefined, closed: undefined })}
            clearable
            searchable
            clearButtonProps={{ 'aria-label': 'Do not group' }}
          />
          <ColumnsMenu
            names={names}
            chosen={search.columns}
            onChange={(next) => change({ columns: next })}
            showEqual={search.equal === 'show'}
            onShowEqual={(show) => change({ equal: show ? 'show' : undefined })}
          />
          <Tooltip label="Export these rows and columns as CSV">
            <ActionIcon
              variant="default"
              size={34}
              aria-label="Export CSV"
              onClick={() =>
                saveText(
                  `${repository}-runs.csv`,
                  toCsv(
                    listed,
                    columns.map(({ id }) => id),
                    Date.now(),
                  ),
                  'text/csv',
                )
              }
            >
              <Download size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </div>
        {panel === 'none' ? (
          table
        ) : (
          <SplitPane
            label="Width of the table"
            left={table}
            right={<div className={classes.panel}>{body[panel]()}</div>}
          />
        )}
      </Page>
    </HighlightContext>
  );
}

function fieldChoices(names: FieldNames): { value: string; label: string }[] {
  return [...names.params.map(paramField), ...names.metrics.map(metricField)].map(({ id, label }) => ({
    value: id,
    label,
  }));
}

function toggled(closed: readonly string[] | undefined, value: string): string[] | undefined {
  const rest = (closed ?? []).filter((each) => each !== value);
  return someOf(rest.length === (closed ?? []).length ? [...rest, value] : rest);
}

function MetricSelect({
  names,
  aim,
  goals,
  onChange,
}: {
  names: FieldNames;
  aim: Aim | undefined;
  goals: readonly string[] | undefined;
  onChange: ChangeSearch;
}): ReactElement | null {
  if (!aim) return null;
  const isMax = aim.goal === 'max';
  const Icon = isMax ? ArrowUpNarrowWide : ArrowDownWideNarrow;
  return (
    <div className={classes.metric}>
      <Select
        w={170}
        aria-label="Main metric"
        data={names.metrics}
        value={aim.metric}
        onChange={(metric) => onChange({ metric: metric ?? undefined, curve: undefined })}
        searchable
        allowDeselect={false}
      />
      <Tooltip label={isMax ? 'More is better' : 'Less is better'}>
        <ActionIcon
          variant="default"
          size={34}
          aria-label={isMax ? 'More is better' : 'Less is better'}
          onClick={() => onChange({ goals: withGoal(goals, aim.metric, isMax ? 'min' : 'max') })}
        >
          <Icon size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

type Panel = 'curves' | 'scatter' | 'parallel' | 'none';

function PanelSwitch({ panel, onChange }: { panel: Panel; onChange: (panel: Panel) => void }): ReactElement {
  const item = (value: Panel, label: string, icon: ReactNode) => ({
    value,
    label: (
      <span className={classes.tab}>
        {icon}
        {label}
      </span>
    ),
  });
  return (
    <SegmentedControl
      size="xs"
      aria-label="Charts beside the table"
      value={panel}
      onChange={(value) => onChange(value)}
      data={[
        item('curves', 'Curves', <ChartLine size={13} aria-hidden />),
        item('scatter', 'Scatter', <ChartScatter size={13} aria-hidden />),
        item('parallel', 'Parallel', <Spline size={13} aria-hidden />),
        item('none', 'Table only', <PanelRight size={13} aria-hidden />),
      ]}
    />
  );
}

function ChosenBar({
  count,
  chosen,
  onCompare,
  onClear,
}: {
  count: number;
  chosen: readonly Run[];
  onCompare: (() => void) | undefined;
  onClear: () => void;
}): ReactElement {
  const why = chosen.length < 2 ? 'Choose at least two runs' : `At most ${comparedMax} runs are compared`;
  return (
    <div className={classes.chosen} role="region" aria-label="Chosen runs">
      <span>
        <strong>{formatPlural(count, 'run')}</strong> chosen
        {count > chosen.length && `, ${formatCount(count - chosen.length)} of them filtered out`}
        {count >= seriesRunsMax && `, the most there can be`}
      </span>
      <Tooltip label={why} disabled={onCompare !== undefined}>
        <Button size="compact-sm" onClick={onCompare} disabled={!onCompare}>
          Compare
        </Button>
      </Tooltip>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

function NoMatch({ onClear }: { onClear: () => void }): ReactElement {
  return (
    <EmptyState
      title="No run matches"
      icon={<FlaskConical size={20} aria-hidden />}
      actions={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    >
      All filters must hold at once.
    </EmptyState>
  );
}

function NoRuns({ repository }: { repository: string }): ReactElement {
  const branch = useQuery(repositoryQuery(repository)).data?.default_branch ?? 'main';
  return (
    <Page title="Experiments">
      <EmptyState title="No runs yet" icon={<FlaskConical size={20} aria-hidden />}>
        One command trains every combination of a grid at the same time, each on a branch of its own. Runs
        show up here as soon as they begin.
      </EmptyState>
      <div className={classes.how}>
        <CommandBlock
          title="In the folder of your training program"
          commands={`anabranch run --repo ${repository} --from ${branch} --name sweep --grid lr=0.01,0.001 --grid epochs=2,12 --parallel 2 -- python3 train.py`}
        />
        <p>
          Numbers that the program writes to <code>metrics.json</code> or, step by step, to{' '}
          <code>metrics.jsonl</code> become metrics and curves. <code>--data raw</code> puts the objects below{' '}
          <code>raw/</code> into its folder.
        </p>
      </div>
    </Page>
  );
}
