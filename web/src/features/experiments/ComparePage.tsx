import { Button, Select, Switch } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, GitMerge, Star } from 'lucide-react';
import { useState, type ReactElement, type ReactNode } from 'react';
import { hasStatus } from '../../api/error';
import { filesBelowQuery, runQuery } from '../../api/queries/experiments';
import type { ObjectStats, Run } from '../../api/types';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes } from '../../ui/figures';
import { formatMetric } from '../../ui/format';
import { lazyDialog } from '../../ui/lazy-part';
import { LoadingState } from '../../ui/LoadingState';
import { Breadcrumbs, Page, Panel } from '../../ui/Page';
import { parentOf } from '../../widgets/browser/entries';
import { RunDuration } from './cells';
import { useColoring } from './coloring';
import classes from './ComparePage.module.css';
import { CurvesPanel } from './CurvesPanel';
import { Highlight, HighlightContext } from './highlight';
import { fileLines, metricLines, parameterLines } from './model/compare';
import { mainMetric, withGoal } from './model/goal';
import { whyNot } from './model/promotion';
import { PromotedBadge } from './Promoted';
import { StateBadge } from './StateBadge';
import { usePromotions } from './usePromotions';
import { useLive } from './useRuns';

const PromoteDialog = lazyDialog(() => import('./PromoteDialog').then((module) => module.PromoteDialog));
const route = getRouteApi('/repositories/$repository/experiments');

const comparedMax = 20;
/** What a run leaves that is worth comparing; logs differ always. */
const comparedPrefixes = ['artifacts/', 'config/', 'metrics/'];

/** Chosen runs side by side. */
export function ComparePage(): ReactElement {
  const { repository } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [highlight] = useState(() => new Highlight());
  const [promoted, setPromoted] = useState<Run>();
  const live = useLive(repository);
  const ids = (search.runs ?? []).slice(0, comparedMax);
  const queries = useQueries({ queries: ids.map((id) => runQuery(repository, id)) });
  const runs = queries.flatMap(({ data }) => (data ? (live.runs.get(data.id) ?? data) : []));
  const promotions = usePromotions(repository, runs);
  const failed = queries.find(({ error }) => error !== null && !hasStatus(error, 404));
  const missing = queries.filter(({ error }) => hasStatus(error, 404)).length;
  const baselineAt = Math.max(
    0,
    runs.findIndex((run) => run.id === search.baseline),
  );
  const onlyDifferences = search.differences ?? false;
  const metrics = metricLines(runs, baselineAt, search.goals);
  const names = metrics.map(({ name }) => name);
  const { colors, dashes, legend } = useColoring(runs, search.color);
  const list = (
    <Link
      to="/repositories/$repository/experiments"
      params={{ repository }}
      search={{ ...search, view: undefined }}
    >
      Experiments
    </Link>
  );
  const frame = (children: ReactNode, actions?: ReactNode) => (
    <HighlightContext value={highlight}>
      <Page
        title="Compare runs"
        crumbs={
          <Breadcrumbs>
            {list}
            <span>Compare</span>
          </Breadcrumbs>
        }
        actions={actions}
      >
        {children}
      </Page>
    </HighlightContext>
  );
  if (failed)
    return frame(
      <ErrorState
        title="The runs could not be read"
        error={failed.error}
        onRetry={() => void Promise.all(queries.map((query) => query.refetch()))}
      />,
    );
  if (queries.some(({ isPending }) => isPending)) return frame(<LoadingState rows={10} />);
  const change = (part: Partial<typeof search>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  const remove = (id: string) => {
    const rest = ids.filter((each) => each !== id);
    change({ runs: rest, view: rest.length < 2 ? undefined : 'compare' });
  };
  const hide = (isEqual: boolean) => onlyDifferences && isEqual;
  const head = (
    <thead>
      <tr>
        <td className={classes.corner} />
        {runs.map((run, index) => (
          <th key={run.id} scope="col" style={{ borderTopColor: colors.get(run.id) }}>
            <Link
              to="/repositories/$repository/experiments/runs/$run"
              params={{ repository, run: run.id }}
              title={run.name}
            >
              {run.name}
            </Link>
            <span className={classes.under}>
              {index === baselineAt ? (
                <span className={classes.soft}>baseline</span>
              ) : (
                <button type="button" onClick={() => change({ baseline: run.id })}>
                  set as baseline
                </button>
              )}
              <button type="button" aria-label={`Remove ${run.name}`} onClick={() => remove(run.id)}>
                Remove
              </button>
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
  return frame(
    <div className={classes.panels}>
      {missing > 0 && <p className={classes.soft}>{missing} of the chosen runs have no record any more.</p>}
      <Panel title="Runs" flush>
        <Wide label="Runs compared">
          {head}
          <tbody>
            <Line name="State">
              {runs.map((run) => (
                <td key={run.id}>
                  <StateBadge state={run.state} run={run} />
                </td>
              ))}
            </Line>
            <Line name="Duration">
              {runs.map((run) => (
                <td key={run.id}>
                  <RunDuration run={run} />
                </td>
              ))}
            </Line>
            <Section title="Metrics" span={runs.length + 1} />
            {metrics
              .filter(({ isEqual }) => !hide(isEqual))
              .map((line) => (
                <Line
                  key={line.name}
                  name={line.name}
                  goal={
                    <button
                      type="button"
                      className={classes.goal}
                      aria-label={`${line.name}: ${line.goal === 'max' ? 'more' : 'less'} is better`}
                      title={
                        line.goal === 'max'
                          ? 'More is better; press for less'
                          : 'Less is better; press for more'
                      }
                      onClick={() =>
                        change({
                          goals: withGoal(search.goals, line.name, line.goal === 'max' ? 'min' : 'max'),
                        })
                      }
                    >
                      {line.goal === 'max' ? (
                        <ArrowUp size={12} aria-hidden />
                      ) : (
                        <ArrowDown size={12} aria-hidden />
                      )}
                    </button>
                  }
                >
                  {line.values.map((value, index) => {
                    const isBest = value !== undefined && value === line.best;
                    const difference = line.differences[index];
                    return (
                      <td key={runs[index]?.id} className={isBest ? classes.best : undefined}>
                        {isBest && <Star size={11} role="img" aria-label="best" />}
                        {value === undefined ? '–' : formatMetric(value)}
                        {index !== baselineAt && difference !== undefined && difference !== 0 && (
                          <span className={classes.difference}>
                            {difference > 0 ? '+' : '−'}
                            {formatMetric(Math.abs(difference))}
                          </span>
                        )}
                      </td>
                    );
                  })}
                </Line>
              ))}
            <Section title="Parameters" span={runs.length + 1} />
            {parameterLines(runs)
              .filter(({ isEqual }) => !hide(isEqual))
              .map(({ name, values, isEqual }) => (
                <Line key={name} name={name}>
                  {values.map((value, index) => (
                    <td
                      key={runs[index]?.id}
                      className={!isEqual && value !== values[baselineAt] ? classes.changed : undefined}
                      title={value}
                    >
                      {value ?? '–'}
                    </td>
                  ))}
                </Line>
              ))}
            <Line name="Promote">
              {runs.map((run) => {
                const promotion = promotions.get(run.id);
                return (
                  <td key={run.id}>
                    {promotion?.isHeld ? (
                      <PromotedBadge repository={repository} promoted={promotion} />
                    ) : (
                      <Button
                        size="compact-xs"
                        variant="default"
                        leftSection={<GitMerge size={12} aria-hidden />}
                        disabled={whyNot(run) !== undefined}
                        title={whyNot(run)}
                        aria-label={`Promote ${run.name}`}
                        onClick={() => setPromoted(run)}
                      >
                        Promote
                      </Button>
                    )}
                  </td>
                );
              })}
            </Line>
          </tbody>
        </Wide>
      </Panel>
      <Panel title="Curves" flush>
        <CurvesPanel
          repository={repository}
          runs={runs}
          metrics={names}
          mainMetric={search.metric ?? mainMetric(names)}
          colors={colors}
          dashes={dashes}
          legend={legend}
          search={search}
          onChange={change}
          onOpen={(run) =>
            void navigate({
              to: '/repositories/$repository/experiments/runs/$run',
              params: { repository, run },
            })
          }
        />
      </Panel>
      <Files
        repository={repository}
        runs={runs}
        baseline={runs[baselineAt]}
        onlyDifferences={onlyDifferences}
        head={head}
      />
      {promoted && (
        <PromoteDialog repository={repository} run={promoted} onClose={() => setPromoted(undefined)} />
      )}
    </div>,
    <>
      <Switch
        size="sm"
        label="Only differences"
        checked={onlyDifferences}
        onChange={(event) => change({ differences: event.currentTarget.checked || undefined })}
      />
      <Select
        w={190}
        aria-label="Baseline"
        data={runs.map((run) => ({ value: run.id, label: `Baseline: ${run.name}` }))}
        value={runs[baselineAt]?.id ?? null}
        onChange={(baseline) => change({ baseline: baseline ?? undefined })}
        allowDeselect={false}
      />
    </>,
  );
}

/** A table that scrolls sideways, its first column at rest. */
function Wide({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className={classes.wide} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table}>{children}</table>
    </div>
  );
}

function Line({
  name,
  goal,
  children,
}: {
  name: string;
  goal?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <tr>
      <th scope="row" title={name}>
        {name}
        {goal}
      </th>
      {children}
    </tr>
  );
}

function Section({ title, span }: { title: string; span: number }): ReactElement {
  return (
    <tr className={classes.section}>
      <th scope="colgroup" colSpan={span}>
        <span>{title}</span>
      </th>
    </tr>
  );
}

function Files({
  repository,
  runs,
  baseline,
  onlyDifferences,
  head,
}: {
  repository: string;
  runs: readonly Run[];
  baseline: Run | undefined;
  onlyDifferences: boolean;
  head: ReactNode;
}): ReactElement {
  const queries = useQueries({
    queries: runs.flatMap((run) =>
      comparedPrefixes.map((prefix) => ({
        ...filesBelowQuery(repository, run.commit_id ?? '', prefix),
        enabled: run.commit_id !== undefined,
      })),
    ),
  });
  const listings = runs.map((_, index): ObjectStats[] =>
    comparedPrefixes.flatMap((_, at) => queries[index * comparedPrefixes.length + at]?.data?.results ?? []),
  );
  const lines = fileLines(listings);
  const shown = lines.filter(({ isEqual }) => !(onlyDifferences && isEqual));
  const failed = queries.find(({ error }) => error !== null);
  return (
    <Panel title="Files" flush>
      {failed ? (
        <ErrorState
          title="The files could not be listed"
          error={failed.error}
          onRetry={() => void Promise.all(queries.map((query) => query.refetch()))}
        />
      ) : queries.some(({ isLoading }) => isLoading) ? (
        <LoadingState rows={4} />
      ) : (
        <Wide label="Files compared">
          {head}
          <tbody>
            {lines.length === 0 && (
              <tr>
                <td colSpan={runs.length + 1} className={classes.soft}>
                  These runs left no artifacts, configuration or metrics files.
                </td>
              </tr>
            )}
            {shown.map(({ path, files, isEqual }) => (
              <Line key={path} name={path}>
                {files.map((file, index) => {
                  const run = runs[index];
                  if (!file || run?.commit_id === undefined) return <td key={run?.id}>–</td>;
                  return (
                    <td key={run.id} className={isEqual ? classes.soft : undefined}>
                      <Link
                        to="/repositories/$repository/objects"
                        params={{ repository }}
                        search={{ ref: run.commit_id, path: parentOf(path), object: path }}
                      >
                        <Bytes value={file.size_bytes ?? 0} />
                      </Link>
                    </td>
                  );
                })}
              </Line>
            ))}
            <Line name="All changes">
              {runs.map((run) => (
                <td key={run.id}>
                  {baseline?.commit_id !== undefined &&
                  run.commit_id !== undefined &&
                  run.id !== baseline.id ? (
                    <Link
                      to="/repositories/$repository/compare"
                      params={{ repository }}
                      search={{ left: baseline.commit_id, right: run.commit_id, kind: 'two_dot' }}
                    >
                      against the baseline
                    </Link>
                  ) : (
                    '–'
                  )}
                </td>
              ))}
            </Line>
          </tbody>
        </Wide>
      )}
    </Panel>
  );
}
