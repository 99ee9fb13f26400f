import { Button, Select } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleStop, FlaskConical, Trash2, WifiOff } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { hasStatus } from '../../api/error';
import { cancelSweep, deleteSweep, sweepQuery, sweepsQuery } from '../../api/queries/experiments';
import type { Run, Sweep } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { CommitId } from '../../ui/CommitId';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { RelativeTime } from '../../ui/figures';
import { formatCount, formatDuration, formatMetric, formatPlural } from '../../ui/format';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { lazyDialog } from '../../ui/lazy-part';
import { LoadingState } from '../../ui/LoadingState';
import { Breadcrumbs, Page, Panel } from '../../ui/Page';
import { StatTile, StatTiles } from '../../ui/StatTile';
import { useNow } from './clock';
import { shownColumns } from './ColumnsMenu';
import { CountsBar } from './CountsBar';
import { HeatMapTable } from './HeatMapTable';
import { Highlight, HighlightContext } from './highlight';
import { fieldNames } from './model/fields';
import { distinctBest, goalOf, mainMetricOf, withGoal, type Aim } from './model/goal';
import { heatMap } from './model/heatmap';
import { shellLine } from './model/promotion';
import { sweepProgress } from './model/states';
import { PromoteButton, PromotedBadge } from './Promoted';
import type { SweepSearch } from './routes';
import { RunsTable } from './RunsTable';
import classes from './SweepPage.module.css';
import { usePromotions } from './usePromotions';
import { useLive, useRuns, type Live } from './useRuns';
import { toView } from './view';

const PromoteDialog = lazyDialog(() => import('./PromoteDialog').then((module) => module.PromoteDialog));
const route = getRouteApi('/repositories/$repository/experiments/sweeps/$sweep');

export function SweepPage(): ReactElement {
  const { repository, sweep: id } = route.useParams();
  const live = useLive(repository);
  const query = useQuery({ ...sweepQuery(repository, id), enabled: live.ready });
  if (query.data) return <KnownSweep key={id} repository={repository} sweep={query.data} live={live} />;
  return (
    <Page title="Sweep" crumbs={<Crumbs repository={repository} sweep={id} />}>
      {query.isPending ? (
        <LoadingState rows={10} />
      ) : hasStatus(query.error, 404) ? (
        <EmptyState title="There is no record of this sweep" icon={<FlaskConical size={20} aria-hidden />}>
          It may have been deleted. Commits and branches of its runs stay.
        </EmptyState>
      ) : (
        <ErrorState
          title="The sweep could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
    </Page>
  );
}

function Crumbs({ repository, sweep }: { repository: string; sweep: string }): ReactElement {
  return (
    <Breadcrumbs>
      <Link to="/repositories/$repository/experiments" params={{ repository }}>
        Experiments
      </Link>
      <span>{sweep}</span>
    </Breadcrumbs>
  );
}

function KnownSweep({
  repository,
  sweep,
  live,
}: {
  repository: string;
  sweep: Sweep;
  live: Live;
}): ReactElement {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [highlight] = useState(() => new Highlight());
  const [dialog, setDialog] = useState<'stop' | 'delete'>();
  const [promoted, setPromoted] = useState<Run>();
  const change = (part: SweepSearch) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  const view = toView({ sweep: sweep.id, sort: search.sort, dir: search.dir });
  const { runs, isPending, error, onRetry } = useRuns(repository, view, live);
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
  const columns = useMemo(
    () => shownColumns(names, undefined, false, metric).filter(({ id }) => id !== 'sweep'),
    [names, metric],
  );
  const promotions = usePromotions(repository, runs);
  const rows = useMemo(() => runs.map((run) => ({ kind: 'run' as const, id: run.id, run })), [runs]);
  const open = (run: string) =>
    void navigate({ to: '/repositories/$repository/experiments/runs/$run', params: { repository, run } });
  return (
    <HighlightContext value={highlight}>
      <Page
        title={sweep.id}
        heading={
          <>
            {sweep.id}
            {runs.map((run) => {
              const promotion = promotions.get(run.id);
              return (
                promotion && (
                  <PromotedBadge key={run.id} repository={repository} promoted={promotion} name={run.name} />
                )
              );
            })}
          </>
        }
        crumbs={<Crumbs repository={repository} sweep={sweep.id} />}
        description={
          <>
            {formatPlural(sweep.total, 'run')}, begun <RelativeTime ms={sweep.created_ms} /> by{' '}
            {sweep.committer}
            {sweep.cancel_requested && sweep.active && ', asked to end'}
            {!live.connected && (
              <>
                {' '}
                <WifiOff size={13} aria-hidden /> live changes are interrupted
              </>
            )}
          </>
        }
        actions={
          <>
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link
                  to="/repositories/$repository/experiments"
                  params={{ repository }}
                  search={{ sweep: sweep.id }}
                  {...props}
                />
              )}
            >
              Curves and charts
            </Button>
            {sweep.active ? (
              <Button
                variant="default"
                leftSection={<CircleStop size={15} aria-hidden />}
                disabled={sweep.cancel_requested}
                onClick={() => setDialog('stop')}
              >
                Stop sweep
              </Button>
            ) : (
              <Button
                variant="default"
                leftSection={<Trash2 size={15} aria-hidden />}
                onClick={() => setDialog('delete')}
              >
                Remove sweep
              </Button>
            )}
          </>
        }
      >
        <div className={classes.page}>
          <Panel title="Progress">
            <Progress sweep={sweep} runs={runs} />
          </Panel>
          <div className={classes.columns}>
            <Panel
              title="Best run"
              actions={
                aim && (
                  <div className={classes.aim}>
                    <Select
                      size="xs"
                      w={200}
                      aria-label="Best by"
                      data={names.metrics}
                      value={aim.metric}
                      onChange={(next) => change({ metric: next ?? undefined })}
                      allowDeselect={false}
                      searchable
                    />
                    <Select
                      size="xs"
                      w={92}
                      aria-label="Goal"
                      data={[
                        { value: 'max', label: 'highest' },
                        { value: 'min', label: 'lowest' },
                      ]}
                      value={aim.goal}
                      onChange={(next) =>
                        change({ goals: withGoal(search.goals, aim.metric, next === 'min' ? 'min' : 'max') })
                      }
                      allowDeselect={false}
                    />
                  </div>
                )
              }
            >
              {best && aim ? (
                <div className={classes.best}>
                  <div>
                    <Link
                      to="/repositories/$repository/experiments/runs/$run"
                      params={{ repository, run: best.id }}
                    >
                      {best.name}
                    </Link>
                    <div className={classes.value}>{formatMetric(best.metrics[aim.metric] ?? 0)}</div>
                    <div className={classes.soft}>{aim.metric}</div>
                  </div>
                  <KeyValueTable
                    rows={Object.keys(sweep.grid).map((name) => ({
                      label: name,
                      value: best.parameters[name] ?? '–',
                    }))}
                  />
                  <PromoteButton
                    run={best}
                    promoted={promotions.get(best.id)}
                    label={`Promote ${best.name}`}
                    onClick={() => setPromoted(best)}
                  />
                </div>
              ) : (
                <span className={classes.soft}>No run has told a metric yet.</span>
              )}
            </Panel>
            {aim && (
              <GridPanel
                repository={repository}
                sweep={sweep}
                runs={runs}
                aim={aim}
                best={best}
                search={search}
                onChange={change}
              />
            )}
          </div>
          <Panel title="Runs" flush>
            {error !== undefined && runs.length === 0 ? (
              <ErrorState title="The runs could not be listed" error={error} onRetry={onRetry} />
            ) : isPending ? (
              <LoadingState rows={8} label="Loading runs" />
            ) : rows.length === 0 ? (
              <EmptyState title="No run is recorded yet">The runner is making them ready.</EmptyState>
            ) : (
              <div className={classes.table} style={{ height: Math.min(560, 52 + rows.length * 34) }}>
                <RunsTable
                  label={`Runs of ${sweep.id}`}
                  repository={repository}
                  rows={rows}
                  columns={columns}
                  sort={view.sort}
                  direction={view.direction}
                  onSort={(sort, dir) => change({ sort, dir })}
                  onOpen={(run) => open(run.id)}
                  bestId={best?.id}
                  metric={metric}
                />
              </div>
            )}
          </Panel>
          <Panel title="How it was started">
            <KeyValueTable
              rows={[
                {
                  label: 'Command',
                  value: <code>{shellLine(sweep.command)}</code>,
                  copy: shellLine(sweep.command),
                },
                {
                  label: 'Input',
                  value: (
                    <>
                      {sweep.input_ref} at{' '}
                      <Link
                        to="/repositories/$repository/commits/$commit"
                        params={{ repository, commit: sweep.input_commit }}
                      >
                        <CommitId id={sweep.input_commit} withCopy={false} />
                      </Link>
                    </>
                  ),
                  copy: sweep.input_commit,
                },
                ...Object.entries(sweep.grid).map(([name, values]) => ({
                  label: name,
                  value: values.join(', '),
                })),
              ]}
            />
            <div className={classes.command}>
              <CommandBlock commands={`anabranch compare ${sweep.id} --repo ${repository}`} />
            </div>
          </Panel>
        </div>
        <ConfirmDialog
          opened={dialog === 'stop'}
          onClose={() => setDialog(undefined)}
          title={`Stop ${sweep.id}?`}
          confirmLabel="Stop sweep"
          danger
          onConfirm={async () => {
            await cancelSweep(repository, sweep.id);
            await queryClient.invalidateQueries({ queryKey: sweepQuery(repository, sweep.id).queryKey });
          }}
        >
          Running commands are ended within about 5 seconds and end as interrupted; runs that have not begun
          never do. Runs that are over keep what they left.
        </ConfirmDialog>
        <ConfirmDialog
          opened={dialog === 'delete'}
          onClose={() => setDialog(undefined)}
          title={`Remove ${sweep.id} from the records?`}
          confirmLabel="Remove sweep"
          danger
          typeToConfirm={sweep.id}
          onConfirm={async () => {
            await deleteSweep(repository, sweep.id);
            await queryClient.invalidateQueries({ queryKey: sweepsQuery(repository).queryKey });
            void navigate({ to: '/repositories/$repository/experiments', params: { repository } });
          }}
        >
          {formatPlural(runs.length, 'record')} with curves and output go for good. Commits and branches stay.
        </ConfirmDialog>
        {promoted && (
          <PromoteDialog repository={repository} run={promoted} onClose={() => setPromoted(undefined)} />
        )}
      </Page>
    </HighlightContext>
  );
}

function Progress({ sweep, runs }: { sweep: Sweep; runs: readonly Run[] }): ReactElement {
  const now = useNow();
  const { ended, total, remainingMs } = sweepProgress(sweep, runs, now);
  return (
    <div className={classes.progress}>
      <CountsBar sweep={sweep} withLegend />
      <StatTiles>
        <StatTile
          label="Finished"
          value={`${formatCount(ended)} of ${formatCount(total)}`}
          note={`${total === 0 ? 0 : Math.floor((100 * ended) / total)} %`}
        />
        <StatTile
          label="Remaining"
          value={
            !sweep.active
              ? 'none'
              : remainingMs === undefined
                ? '–'
                : `about ${formatDuration(roundedUp(remainingMs))}`
          }
          note={sweep.active ? 'estimated' : 'the sweep is over'}
        />
        <StatTile label="Parallel" value={formatCount(sweep.counts.running)} />
        <StatTile
          label="Failed"
          value={formatCount(sweep.counts.failed + sweep.counts.interrupted + sweep.counts.lost)}
        />
      </StatTiles>
    </div>
  );
}

/** No finer than the guess is. */
function roundedUp(ms: number): number {
  const step = ms < 60_000 ? 5000 : ms < 3_600_000 ? 60_000 : 300_000;
  return Math.max(step, Math.ceil(ms / step) * step);
}

function GridPanel({
  repository,
  sweep,
  runs,
  aim,
  best,
  search,
  onChange,
}: {
  repository: string;
  sweep: Sweep;
  runs: readonly Run[];
  aim: Aim;
  best: Run | undefined;
  search: SweepSearch;
  onChange: (change: SweepSearch) => void;
}): ReactElement | null {
  // The axes with most values first: they say most.
  const valuesOf = (name: string) => sweep.grid[name]?.length ?? 0;
  const names = Object.keys(sweep.grid)
    .filter((name) => valuesOf(name) > 1)
    .sort((left, right) => valuesOf(right) - valuesOf(left));
  const x = search.hx ?? names[0];
  const y = search.hy ?? names.find((name) => name !== x);
  const map = useMemo(
    () => (x === undefined ? undefined : heatMap(runs, sweep.grid, x, y, aim)),
    [runs, sweep.grid, x, y, aim],
  );
  if (!map || x === undefined) return null;
  return (
    <Panel
      title={`${aim.metric} over the grid`}
      actions={
        names.length > 2 && (
          <div className={classes.aim}>
            <Select
              size="xs"
              w={220}
              aria-label="Columns of the map"
              data={names}
              value={x}
              onChange={(hx) => onChange({ hx: hx ?? undefined })}
              allowDeselect={false}
            />
            <Select
              size="xs"
              w={220}
              aria-label="Rows of the map"
              data={names.filter((name) => name !== x)}
              value={y ?? null}
              onChange={(hy) => onChange({ hy: hy ?? undefined })}
              allowDeselect={false}
            />
          </div>
        )
      }
    >
      <HeatMapTable repository={repository} map={map} x={x} y={y} aim={aim} bestId={best?.id} />
    </Panel>
  );
}
