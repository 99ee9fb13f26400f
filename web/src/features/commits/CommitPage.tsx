import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronDown, Ellipsis, FolderOpen, GitCompareArrows } from 'lucide-react';
import { Fragment, type ReactElement } from 'react';
import { commitQuery } from '../../api/queries/commits';
import { diffSummaryQuery } from '../../api/queries/diffs';
import type { Commit } from '../../api/types';
import { CommandBlock } from '../../ui/Code';
import { CommitId } from '../../ui/CommitId';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { RelativeTime } from '../../ui/figures';
import { formatDuration, formatTime } from '../../ui/format';
import { KeyValueTable, type KeyValue } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { Breadcrumbs, Page, Panel } from '../../ui/Page';
import { shortCommit } from '../../ui/RefBadge';
import { ChangeCounts, DiffTree } from '../../widgets/DiffTree';
import classes from './commits.module.css';
import { bodyOf, partMetadata, shellCommand, titleOf, type RunFacts } from './metadata';
import { metricText } from './RunChips';
import { useCommitActions } from './useCommitActions';

const route = getRouteApi('/repositories/$repository/commits/$commit');
const treeHeightMax = 480;
const [promotedRun, promotedCommit] = ['anabranch.promoted_run', 'anabranch.promoted_commit'];

/** One commit: what it says, what it changed, and what can be done with it. */
export function CommitPage(): ReactElement {
  const { repository, commit: id } = route.useParams();
  const query = useQuery(commitQuery(repository, id));
  const crumbs = (
    <Breadcrumbs>
      <Link to="/repositories/$repository/commits" params={{ repository }}>
        Commits
      </Link>
      {shortCommit(id)}
    </Breadcrumbs>
  );
  if (query.data) return <LoadedCommit repository={repository} commit={query.data} crumbs={crumbs} />;
  return (
    <Page title="Commit" crumbs={crumbs} heading={shortCommit(id)}>
      {query.isError ? (
        <ErrorState
          title="The commit could not be shown"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <LoadingState rows={10} label="Loading the commit" />
      )}
    </Page>
  );
}

function LoadedCommit({
  repository,
  commit,
  crumbs,
}: {
  repository: string;
  commit: Commit;
  crumbs: ReactElement;
}): ReactElement {
  const { actionsOf, dialogs } = useCommitActions(repository);
  const metadata = partMetadata(commit.metadata);
  const body = bodyOf(commit.message);
  return (
    <Page
      title={`${titleOf(commit.message)} · Commit`}
      heading={titleOf(commit.message)}
      crumbs={crumbs}
      description={
        <span className={classes.headline}>
          <span>
            {commit.committer} committed <RelativeTime ms={commit.creation_date * 1000} />
          </span>
          <CommitId id={commit.id} />
        </span>
      }
      actions={<CommitButtons commit={commit} actionsOf={actionsOf} />}
    >
      {body !== '' && <pre className={classes.body}>{body}</pre>}
      <div className={classes.columns}>
        <div className={classes.column}>
          {metadata.metrics.length + metadata.parameters.length > 0 && (
            <div className={classes.pair}>
              <Figures
                title="Metrics"
                figures={metadata.metrics.map(([name, value]) => [name, metricText(value)])}
              />
              <Figures title="Parameters" figures={metadata.parameters} />
            </div>
          )}
          <Changes repository={repository} commit={commit} />
        </div>
        <div className={classes.column}>
          {metadata.run && <Run repository={repository} commit={commit} run={metadata.run} />}
          <Panel title="Commit">
            <KeyValueTable
              rows={[
                { label: 'Id', value: <code>{commit.id}</code>, copy: commit.id },
                ...commit.parents.map((parent, index) => ({
                  label: commit.parents.length > 1 ? `Parent ${index + 1}` : 'Parent',
                  value: <CommitLink repository={repository} id={parent} />,
                  copy: parent,
                })),
                { label: 'Author', value: commit.committer },
                { label: 'Time', value: formatTime(commit.creation_date * 1000) },
                {
                  label: 'Metarange',
                  value: <code title={commit.meta_range_id}>{shortCommit(commit.meta_range_id)}</code>,
                  copy: commit.meta_range_id,
                },
              ]}
            />
          </Panel>
          {metadata.others.length > 0 && (
            <Panel title="Metadata">
              <KeyValueTable
                rows={metadata.others.map(([label, value]) => ({
                  label,
                  value: <OtherValue repository={repository} commit={commit} name={label} value={value} />,
                  copy: value,
                }))}
              />
            </Panel>
          )}
        </div>
      </div>
      {dialogs}
    </Page>
  );
}

function CommitButtons({
  commit,
  actionsOf,
}: {
  commit: Commit;
  actionsOf: ReturnType<typeof useCommitActions>['actionsOf'];
}): ReactElement {
  const [browse, compare, ...others] = actionsOf(commit);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            rightSection={<ChevronDown size={14} aria-hidden />}
            leftSection={<Ellipsis size={15} aria-hidden />}
          >
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {others.map((action, index) => (
            <Fragment key={action.label}>
              {action.separated && index > 0 && <Menu.Divider />}
              <Menu.Item leftSection={action.icon} disabled={action.disabled} onClick={action.onSelect}>
                {action.label}
              </Menu.Item>
            </Fragment>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button
        variant="default"
        leftSection={<GitCompareArrows size={15} aria-hidden />}
        disabled={compare?.disabled}
        onClick={compare?.onSelect}
      >
        Compare with parent
      </Button>
      <Button leftSection={<FolderOpen size={15} aria-hidden />} onClick={browse?.onSelect}>
        Browse files
      </Button>
    </>
  );
}

function CommitLink({ repository, id }: { repository: string; id: string }): ReactElement {
  return (
    <Link to="/repositories/$repository/commits/$commit" params={{ repository, commit: id }}>
      <code>{shortCommit(id)}</code>
    </Link>
  );
}

/** What a promotion says of its run leads there: to the run's record, by what the run's own commit tells of it. */
function OtherValue({
  repository,
  commit,
  name,
  value,
}: {
  repository: string;
  commit: Commit;
  name: string;
  value: string;
}): ReactElement {
  const promoted = commit.metadata?.[promotedCommit];
  const isRun = name === promotedRun;
  const own = useQuery({
    ...commitQuery(repository, promoted ?? ''),
    enabled: isRun && promoted !== undefined,
  });
  const run = own.data?.metadata?.['anabranch.run_id'];
  if (name === promotedCommit) return <CommitLink repository={repository} id={value} />;
  if (isRun && run !== undefined && run !== '')
    return (
      <Link to="/repositories/$repository/experiments/runs/$run" params={{ repository, run }}>
        {value}
      </Link>
    );
  return <>{value}</>;
}

function Figures({ title, figures }: { title: string; figures: [string, string][] }): ReactElement | null {
  if (figures.length === 0) return null;
  return (
    <Panel title={title} flush>
      <table className={classes.figures} aria-label={title}>
        <tbody>
          {figures.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Run({
  repository,
  commit,
  run,
}: {
  repository: string;
  commit: Commit;
  run: RunFacts;
}): ReactElement {
  const rows: (KeyValue | false)[] = [
    {
      label: 'Run',
      value:
        run.runId === undefined ? (
          run.run
        ) : (
          <Link to="/repositories/$repository/experiments/runs/$run" params={{ repository, run: run.runId }}>
            {run.run}
          </Link>
        ),
    },
    run.status !== undefined && {
      label: 'Status',
      value: `${run.status}${run.exitCode === undefined ? '' : `, exit code ${run.exitCode}`}`,
    },
    run.durationMs !== undefined && { label: 'Duration', value: formatDuration(run.durationMs) },
    run.startedMs !== undefined && { label: 'Started', value: formatTime(run.startedMs) },
    run.inputCommit !== undefined && {
      label: 'Input commit',
      value: <CommitLink repository={repository} id={run.inputCommit} />,
      copy: run.inputCommit,
    },
    run.argv !== undefined && {
      label: 'Command',
      value: <code>{shellCommand(run.argv)}</code>,
      copy: shellCommand(run.argv),
    },
    run.data !== undefined && { label: 'Data', value: run.data.join(', ') },
    run.codeId !== undefined && {
      label: 'Code',
      value: <code title={run.codeId}>{shortCommit(run.codeId)}</code>,
      copy: run.codeId,
    },
    run.gitSha !== undefined && {
      label: 'Git',
      value: (
        <>
          <code title={run.gitSha}>{run.gitSha.slice(0, 10)}</code>
          {run.gitIsDirty && ' with changes'}
        </>
      ),
      copy: run.gitSha,
    },
    run.packagesId !== undefined && {
      label: 'Packages',
      value: <code title={run.packagesId}>{shortCommit(run.packagesId)}</code>,
      copy: run.packagesId,
    },
    ...Object.entries(run.environment ?? {}).map(([label, value]) => ({ label, value })),
  ];
  return (
    <Panel title="Run" flush>
      <div className={classes.facts}>
        <KeyValueTable rows={rows.filter((row) => row !== false)} />
      </div>
      <div className={classes.reproduce}>
        <CommandBlock title="Reproduce" commands={`anabranch reproduce ${commit.id} --repo ${repository}`} />
      </div>
    </Panel>
  );
}

function Changes({ repository, commit }: { repository: string; commit: Commit }): ReactElement {
  const { open = [] } = route.useSearch();
  const navigate = route.useNavigate();
  const parent = commit.parents[0];
  const summaryOf = (prefix: string) =>
    diffSummaryQuery(repository, parent ?? commit.id, commit.id, 'two_dot', prefix);
  const top = useQuery({ ...summaryOf(''), enabled: parent !== undefined });
  if (parent === undefined) {
    return (
      <Panel title="Changes">
        <EmptyState title="The first commit">It has no parent to be compared with.</EmptyState>
      </Panel>
    );
  }
  return (
    <Panel
      title={commit.parents.length > 1 ? 'Changes against the first parent' : 'Changes'}
      actions={
        top.data && (
          <span className={classes.totals}>
            <ChangeCounts counts={top.data.total} />
          </span>
        )
      }
      flush
    >
      <DiffTree
        label="Changes by path"
        summaryOf={summaryOf}
        open={open}
        onOpenChange={(next) => void navigate({ search: { open: next }, replace: true })}
        onSelect={(path) =>
          void navigate({
            to: '/repositories/$repository/compare',
            params: { repository },
            search: { left: parent, right: commit.id, kind: 'two_dot', path },
          })
        }
        heightMax={treeHeightMax}
        empty={<EmptyState title="Nothing changed">Both commits hold the same objects.</EmptyState>}
      />
    </Panel>
  );
}
