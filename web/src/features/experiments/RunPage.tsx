import { Alert, Button, Tabs } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleStop, WifiOff } from 'lucide-react';
import { useMemo, useState, type ReactElement } from 'react';
import { hasStatus } from '../../api/error';
import { commitQuery } from '../../api/queries/commits';
import { cancelRun, runQuery, runTailQuery, type LogStream } from '../../api/queries/experiments';
import type { Run, RunState } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { CommitId } from '../../ui/CommitId';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { RelativeTime } from '../../ui/figures';
import { formatBytes, formatDuration, formatMetric } from '../../ui/format';
import { KeyValueTable, type KeyValue } from '../../ui/KeyValueTable';
import { lazyDialog } from '../../ui/lazy-part';
import { LoadingState } from '../../ui/LoadingState';
import { Breadcrumbs, Page, Panel } from '../../ui/Page';
import { RefBadge } from '../../ui/RefBadge';
import { StatTile, StatTiles } from '../../ui/StatTile';
import { visibleText, withoutEscapeCodes } from '../../widgets/preview/content';
import { RunDuration } from './cells';
import { useColoring } from './coloring';
import { CurvesPanel } from './CurvesPanel';
import { LogViewer } from './LogViewer';
import { byName } from '../../ui/natural-order';
import { mainMetric } from './model/goal';
import { codeFacts, shellLine } from './model/promotion';
import { isActive } from './model/states';
import type { RunSearch } from './routes';
import { PromoteButton, PromotedBadge } from './Promoted';
import { RunFiles } from './RunFiles';
import classes from './RunPage.module.css';
import { StateBadge } from './StateBadge';
import { usePromotions } from './usePromotions';
import { useLive } from './useRuns';

const PromoteDialog = lazyDialog(() => import('./PromoteDialog').then((module) => module.PromoteDialog));
const route = getRouteApi('/repositories/$repository/experiments/runs/$run');

export function RunPage(): ReactElement {
  const { repository, run: id } = route.useParams();
  const live = useLive(repository);
  const query = useQuery({ ...runQuery(repository, id), enabled: live.ready });
  const run = live.runs.get(id) ?? query.data;
  if (run) return <KnownRun key={id} repository={repository} run={run} connected={live.connected} />;
  return (
    <Page title="Run" crumbs={<Crumbs repository={repository} />}>
      {query.isPending ? (
        <LoadingState rows={10} />
      ) : hasStatus(query.error, 404) ? (
        <EmptyState
          title="There is no record of this run"
          actions={
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/repositories/$repository/experiments" params={{ repository }} {...props} />
              )}
            >
              All runs
            </Button>
          }
        >
          It may have been deleted. What it left stays in its commit.
        </EmptyState>
      ) : (
        <ErrorState
          title="The run could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
    </Page>
  );
}

function Crumbs({ repository, run }: { repository: string; run?: Run }): ReactElement {
  return (
    <Breadcrumbs>
      <Link to="/repositories/$repository/experiments" params={{ repository }}>
        Experiments
      </Link>
      {run?.sweep !== undefined && run.sweep !== '' && (
        <Link
          to="/repositories/$repository/experiments/sweeps/$sweep"
          params={{ repository, sweep: run.sweep }}
        >
          {run.sweep}
        </Link>
      )}
      <span>{run?.name ?? 'Run'}</span>
    </Breadcrumbs>
  );
}

function KnownRun({
  repository,
  run,
  connected,
}: {
  repository: string;
  run: Run;
  connected: boolean;
}): ReactElement {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [isCancelling, setCancelling] = useState(false);
  const [isPromoting, setPromoting] = useState(false);
  const promoted = usePromotions(repository, [run]).get(run.id);
  const change = (part: Partial<RunSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  const mayCancel = isActive(run.state) && !run.cancel_requested;
  return (
    <Page
      title={run.name}
      crumbs={<Crumbs repository={repository} run={run} />}
      heading={
        <>
          {run.name}
          <StateBadge state={run.state} run={run} />
          {promoted && <PromotedBadge repository={repository} promoted={promoted} />}
          {run.cancel_requested && isActive(run.state) && <span className={classes.asked}>asked to end</span>}
          {!connected && (
            <span className={classes.asked}>
              <WifiOff size={13} aria-hidden /> live changes are interrupted
            </span>
          )}
        </>
      }
      actions={
        <>
          {isActive(run.state) && (
            <Button
              variant="default"
              leftSection={<CircleStop size={15} aria-hidden />}
              disabled={!mayCancel}
              onClick={() => setCancelling(true)}
            >
              Cancel run
            </Button>
          )}
          {!isActive(run.state) && (
            <PromoteButton run={run} promoted={promoted} onClick={() => setPromoting(true)} />
          )}
        </>
      }
    >
      <div className={classes.page}>
        {run.problem !== undefined && run.problem !== '' && (
          <Alert color="red" variant="light" title={`The run ${outcome(run.state)}`}>
            {run.problem}
          </Alert>
        )}
        {endedBadly(run.state) && <LastLines repository={repository} run={run} onOpen={change} />}
        <StatTiles>
          <StatTile
            label="Duration"
            value={<RunDuration run={run} />}
            note={
              run.started_ms === undefined ? (
                'not started'
              ) : (
                <>
                  started <RelativeTime ms={run.started_ms} />
                </>
              )
            }
          />
          <StatTile
            label="Exit code"
            value={run.exit_code ?? '–'}
            note={run.exit_code === 127 ? 'there was no such command' : undefined}
          />
          <StatTile
            label="CPU time"
            value={
              run.resources?.cpu_seconds === undefined
                ? '–'
                : formatDuration(run.resources.cpu_seconds * 1000)
            }
          />
          <StatTile
            label="Memory"
            value={
              run.resources?.memory_bytes_max === undefined
                ? '–'
                : formatBytes(run.resources.memory_bytes_max)
            }
            note="at its peak"
          />
          <StatTile label="Host" value={<span className={classes.host}>{run.host ?? '–'}</span>} />
        </StatTiles>
        <Tabs
          value={search.tab ?? 'metrics'}
          onChange={(tab) =>
            change({
              tab: tab === 'log' || tab === 'files' || tab === 'details' ? tab : undefined,
              object: undefined,
              as: undefined,
            })
          }
          keepMounted={false}
        >
          <Tabs.List aria-label="Parts of the run">
            <Tabs.Tab value="metrics">Metrics</Tabs.Tab>
            <Tabs.Tab value="log">Output</Tabs.Tab>
            <Tabs.Tab value="files">Artifacts</Tabs.Tab>
            <Tabs.Tab value="details">Reproduce</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="metrics" pt="md">
            <Metrics repository={repository} run={run} search={search} onChange={change} />
          </Tabs.Panel>
          <Tabs.Panel value="log" pt="md">
            <LogViewer
              repository={repository}
              run={run}
              stream={search.stream ?? 'stdout'}
              find={search.find ?? ''}
              onChange={change}
              height="max(340px, calc(100dvh - 330px))"
            />
          </Tabs.Panel>
          <Tabs.Panel value="files" pt="md">
            <RunFiles
              repository={repository}
              run={run}
              object={search.object}
              kind={search.as}
              onChange={change}
            />
          </Tabs.Panel>
          <Tabs.Panel value="details" pt="md">
            <Details repository={repository} run={run} />
          </Tabs.Panel>
        </Tabs>
      </div>
      <ConfirmDialog
        opened={isCancelling}
        onClose={() => setCancelling(false)}
        title={`Cancel ${run.name}?`}
        confirmLabel="Cancel run"
        danger
        onConfirm={async () => {
          await cancelRun(repository, run.id);
          await queryClient.invalidateQueries({ queryKey: runQuery(repository, run.id).queryKey });
        }}
      >
        Its runner hears of it with the next heartbeat, within 5 seconds, and ends the command. What it
        printed is kept; it cannot be gone on with.
      </ConfirmDialog>
      {isPromoting && <PromoteDialog repository={repository} run={run} onClose={() => setPromoting(false)} />}
    </Page>
  );
}

/** "failed", "was lost": what is said of a run that ended so. */
function outcome(state: RunState): string {
  return state === 'failed' ? 'failed' : `was ${state}`;
}

function endedBadly(state: RunState): boolean {
  return state === 'failed' || state === 'interrupted' || state === 'lost';
}

const [lastBytes, lastLines] = [8 * 1024, 14];

/** Why a run ended badly is mostly in what it said last: at hand when the page opens. */
function LastLines({
  repository,
  run,
  onOpen,
}: {
  repository: string;
  run: Run;
  onOpen: (change: Partial<RunSearch>) => void;
}): ReactElement | null {
  const stream: LogStream = run.stderr_bytes > 0 ? 'stderr' : 'stdout';
  const size = stream === 'stderr' ? run.stderr_bytes : run.stdout_bytes;
  const query = useQuery({ ...runTailQuery(repository, run.id, stream, lastBytes, size), enabled: size > 0 });
  if (size === 0) return null;
  const lines = withoutEscapeCodes(query.data ?? '')
    .replace(/\n$/, '')
    .split('\n')
    .slice(-lastLines);
  return (
    <Panel
      title={`Last lines of ${stream}`}
      actions={
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => onOpen({ tab: 'log', stream: stream === 'stderr' ? 'stderr' : undefined })}
        >
          All output
        </Button>
      }
    >
      {query.isError ? (
        <ErrorState
          title="The output could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : query.isPending ? (
        <LoadingState rows={3} label="Loading the last lines" />
      ) : (
        <pre className={classes.tail} tabIndex={0} aria-label={`Last lines of ${stream}`}>
          {visibleText(lines.join('\n'))}
        </pre>
      )}
    </Panel>
  );
}

function Metrics({
  repository,
  run,
  search,
  onChange,
}: {
  repository: string;
  run: Run;
  search: RunSearch;
  onChange: (change: Partial<RunSearch>) => void;
}): ReactElement {
  const names = Object.keys(run.metrics).sort(byName);
  const namesKey = names.join('\n');
  const metrics = useMemo(() => (namesKey === '' ? [] : namesKey.split('\n')), [namesKey]);
  const runs = useMemo(() => [run], [run]);
  const { colors, dashes } = useColoring(runs, undefined);
  return (
    <div className={classes.columns}>
      <Panel title="Curves" flush>
        <CurvesPanel
          repository={repository}
          runs={runs}
          metrics={metrics}
          mainMetric={mainMetric(metrics)}
          colors={colors}
          dashes={dashes}
          legend={[]}
          search={search}
          onChange={onChange}
          onOpen={() => undefined}
        />
      </Panel>
      <div className={classes.side}>
        <Panel title="Parameters">
          <Values values={run.parameters} none="None" />
        </Panel>
        <Panel title="Metrics, latest">
          <Values values={run.metrics} none="None yet" />
        </Panel>
      </div>
    </div>
  );
}

/** Numbers are shown short, told in full by their tooltip, and copied in full. */
function Values({ values, none }: { values: Record<string, string | number>; none: string }): ReactElement {
  const rows = Object.entries(values)
    .sort(([left], [right]) => byName(left, right))
    .map(([label, value]): KeyValue => {
      const copy = String(value);
      if (typeof value === 'string') return { label, value, copy };
      return {
        label,
        value: (
          <span className="ab-number" title={copy}>
            {formatMetric(value)}
          </span>
        ),
        copy,
      };
    });
  if (rows.length === 0) return <span className={classes.soft}>{none}</span>;
  return <KeyValueTable rows={rows} />;
}

/** A file that was recorded of the run, opened in its place. */
function FileLink({ path, note }: { path: string; note: string }): ReactElement {
  return (
    <>
      <Link
        from="/repositories/$repository/experiments/runs/$run"
        to="/repositories/$repository/experiments/runs/$run"
        search={(old) => ({ ...old, tab: 'files' as const, object: path, as: undefined })}
        resetScroll={false}
      >
        {path}
      </Link>{' '}
      <code className={classes.soft}>{note}</code>
    </>
  );
}

function Details({ repository, run }: { repository: string; run: Run }): ReactElement {
  const commit = useQuery({
    ...commitQuery(repository, run.commit_id ?? ''),
    enabled: run.commit_id !== undefined,
  });
  const rows: KeyValue[] = [
    { label: 'Branch', value: <RefBadge type="branch" name={run.branch} />, copy: run.branch },
  ];
  if (run.commit_id !== undefined)
    rows.push({
      label: 'Commit',
      value: (
        <Link to="/repositories/$repository/commits/$commit" params={{ repository, commit: run.commit_id }}>
          <CommitId id={run.commit_id} withCopy={false} />
        </Link>
      ),
      copy: run.commit_id,
    });
  if (run.input_commit !== undefined)
    rows.push({
      label: 'Input commit',
      value: (
        <Link
          to="/repositories/$repository/commits/$commit"
          params={{ repository, commit: run.input_commit }}
        >
          <CommitId id={run.input_commit} withCopy={false} />
        </Link>
      ),
      copy: run.input_commit,
    });
  if (run.argv && run.argv.length > 0)
    rows.push({ label: 'Command', value: <code>{shellLine(run.argv)}</code>, copy: shellLine(run.argv) });
  if (commit.data)
    for (const { label, value, path } of codeFacts(commit.data))
      rows.push({
        label,
        value: path === undefined ? <code>{value}</code> : <FileLink path={path} note={value} />,
        copy: value,
      });
  rows.push({ label: 'Run id', value: <code>{run.id}</code>, copy: run.id });
  return (
    <div className={classes.details}>
      {run.commit_id === undefined ? (
        <p className={classes.soft}>A run can be reproduced once it has ended and its commit is made.</p>
      ) : (
        <CommandBlock
          title="Run it again from what was recorded, and compare"
          commands={`anabranch reproduce ${run.commit_id} --repo ${repository}`}
        />
      )}
      {run.sweep !== undefined && run.sweep !== '' && (
        <CommandBlock
          title="All runs of its sweep, the best first"
          commands={`anabranch compare ${run.sweep} --repo ${repository}`}
        />
      )}
      <Panel title="What went in">
        <KeyValueTable rows={rows} />
        {commit.isError && (
          <ErrorState
            title="The commit could not be read"
            error={commit.error}
            onRetry={() => void commit.refetch()}
          />
        )}
      </Panel>
    </div>
  );
}
