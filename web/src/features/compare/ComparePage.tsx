import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ArrowLeftRight, GitCompareArrows, GitMerge, X } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { diffSummaryQuery, type DiffKind } from '../../api/queries/diffs';
import { mergeBaseQuery } from '../../api/queries/refs';
import { repositoryQuery } from '../../api/queries/repositories';
import type { DiffSummary } from '../../api/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { FilterInput } from '../../ui/FilterInput';
import { formatBytes, formatPlural } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { Page } from '../../ui/Page';
import { shortCommit } from '../../ui/RefBadge';
import { ChangeCounts, DiffTree } from '../../widgets/DiffTree';
import { ObjectDiff, type Side } from '../../widgets/object-diff/ObjectDiff';
import { RefSelect } from '../../widgets/RefSelect';
import classes from './compare.module.css';
import { MergeDialog } from './MergeDialog';

const route = getRouteApi('/repositories/$repository/compare');

const kinds: { value: DiffKind; label: string }[] = [
  { value: 'three_dot', label: 'Since the common ancestor' },
  { value: 'two_dot', label: 'Direct' },
];

/** Two refs: what differs, by prefix and object by object, and the merge of one into the other. */
export function ComparePage(): ReactElement {
  const { repository } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch;
  const left = search.left ?? defaultBranch;
  const { right, kind = 'three_dot', merge } = search;
  const choose = (change: { left?: string; right?: string }) =>
    void navigate({ search: (old) => ({ ...old, ...change, open: undefined, path: undefined }) });
  return (
    <Page
      title={
        right === undefined || left === undefined
          ? 'Compare'
          : `Compare ${shortCommit(left)} and ${shortCommit(right)}`
      }
      heading="Compare"
      fill
      actions={
        <Button
          leftSection={<GitMerge size={15} aria-hidden />}
          disabled={right === undefined}
          onClick={() => void navigate({ search: (old) => ({ ...old, merge: true }) })}
        >
          Merge
        </Button>
      }
      toolbar={
        <>
          <RefSelect
            repository={repository}
            value={left}
            label="base"
            onChange={(ref) => choose({ left: ref })}
          />
          <Tooltip label="Swap">
            <ActionIcon
              aria-label="Swap the two refs"
              disabled={right === undefined}
              onClick={() => choose({ left: right, right: left })}
            >
              <ArrowLeftRight size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <RefSelect
            repository={repository}
            value={right}
            label="with"
            onChange={(ref) => choose({ right: ref })}
          />
          <SegmentedControl
            size="xs"
            aria-label="What is compared"
            data={kinds}
            value={kind}
            onChange={(value) =>
              void navigate({ search: (old) => ({ ...old, kind: value, path: undefined }) })
            }
          />
          <FilterInput
            value={search.prefix ?? ''}
            placeholder="Below prefix"
            width={190}
            onChange={(value) =>
              void navigate({
                search: (old) => ({ ...old, prefix: value || undefined, open: undefined, path: undefined }),
                replace: true,
              })
            }
          />
        </>
      }
    >
      {left === undefined || right === undefined ? (
        <EmptyState title="Choose what to compare" icon={<GitCompareArrows size={20} aria-hidden />}>
          A branch, a tag or a commit with another one: what was added, changed and removed, by prefix.
        </EmptyState>
      ) : (
        <Comparison repository={repository} left={left} right={right} kind={kind} />
      )}
      {merge && left !== undefined && right !== undefined && (
        <MergeDialog
          repository={repository}
          left={left}
          right={right}
          onClose={() => void navigate({ search: (old) => ({ ...old, merge: undefined }), replace: true })}
        />
      )}
    </Page>
  );
}

function Comparison({
  repository,
  left,
  right,
  kind,
}: {
  repository: string;
  left: string;
  right: string;
  kind: DiffKind;
}): ReactElement {
  const { prefix = '', open = [], path } = route.useSearch();
  const navigate = route.useNavigate();
  const summaryOf = (at: string) => diffSummaryQuery(repository, left, right, kind, at);
  const top = useQuery(summaryOf(prefix));
  if (top.isError) {
    return (
      <ErrorState
        title="The refs could not be compared"
        error={top.error}
        onRetry={() => void top.refetch()}
      />
    );
  }
  if (!top.data) return <LoadingState rows={10} label="Comparing" />;
  if (top.data.results.length === 0) {
    return (
      <EmptyState title="Nothing differs" icon={<GitCompareArrows size={20} aria-hidden />}>
        {kind === 'three_dot'
          ? `${shortCommit(right)} changed nothing since its common ancestor with ${shortCommit(left)}${prefix && ' below this prefix'}.`
          : `Both hold the same objects${prefix && ' below this prefix'}.`}
      </EmptyState>
    );
  }
  return (
    <>
      <Totals summary={top.data} />
      <div className={`${classes.split} ${path === undefined ? '' : classes.withViewer}`}>
        <div className={classes.pane}>
          <DiffTree
            label="Changes by path"
            root={prefix}
            summaryOf={summaryOf}
            open={open}
            onOpenChange={(next) =>
              void navigate({ search: (old) => ({ ...old, open: next }), replace: true })
            }
            selected={path}
            onSelect={(chosen) => void navigate({ search: (old) => ({ ...old, path: chosen }) })}
          />
        </div>
        {path !== undefined && (
          <section
            className={classes.viewerPane}
            aria-label="Object side by side"
            style={{ position: 'relative' }}
          >
            <ActionIcon
              className={classes.close}
              aria-label="Close the object"
              onClick={() => void navigate({ search: (old) => ({ ...old, path: undefined }) })}
            >
              <X size={16} aria-hidden />
            </ActionIcon>
            <SidesOfObject
              key={path}
              repository={repository}
              path={path}
              left={left}
              right={right}
              kind={kind}
            />
          </section>
        )}
      </div>
    </>
  );
}

function Totals({ summary }: { summary: DiffSummary }): ReactElement {
  const { total } = summary;
  const objects = total.added + total.changed + total.removed + total.conflicts;
  return (
    <div className={classes.summary}>
      <strong>
        {summary.truncated ? 'More than ' : ''}
        {formatPlural(objects, 'object differs', 'objects differ')}
      </strong>
      <ChangeCounts counts={total} />
      <span className={classes.soft}>
        +{formatBytes(total.added_bytes)} −{formatBytes(total.removed_bytes)}
      </span>
      {summary.truncated && <span className={classes.soft}>Narrow by a prefix to count all of them.</span>}
    </div>
  );
}

/** Of a three-dot difference the left side is where both parted; a conflict has both heads as well. */
function SidesOfObject({
  repository,
  path,
  left,
  right,
  kind,
}: {
  repository: string;
  path: string;
  left: string;
  right: string;
  kind: DiffKind;
}): ReactElement {
  const base = useQuery({
    ...mergeBaseQuery(repository, right, left),
    enabled: kind === 'three_dot',
  });
  const [between, setBetween] = useState<'base' | 'heads'>();
  const parent = useQuery({
    ...diffSummaryQuery(repository, left, right, kind, path.slice(0, path.lastIndexOf('/') + 1)),
    enabled: kind === 'three_dot',
  });
  if (kind === 'two_dot') {
    return <ObjectDiff repository={repository} path={path} left={sideOf(left)} right={sideOf(right)} />;
  }
  if (base.isError) return <ErrorState error={base.error} onRetry={() => void base.refetch()} />;
  if (!base.data || parent.isPending) return <LoadingState rows={8} />;
  const isConflict =
    parent.data?.results.some((entry) => entry.path === path && entry.conflicts > 0) ?? false;
  const shown = between ?? (isConflict ? 'heads' : 'base');
  const parted: Side = { ref: base.data.base_commit_id, label: 'common ancestor' };
  return (
    <>
      {isConflict && (
        <div className={classes.conflictBar}>
          <strong>Both changed it</strong>
          <SegmentedControl
            size="xs"
            aria-label="Sides"
            data={[
              { value: 'heads', label: `${shortCommit(left)} and ${shortCommit(right)}` },
              { value: 'base', label: `What ${shortCommit(right)} changed` },
            ]}
            value={shown}
            onChange={(value) => setBetween(value)}
          />
        </div>
      )}
      <ObjectDiff
        repository={repository}
        path={path}
        left={shown === 'base' ? parted : sideOf(left)}
        right={sideOf(right)}
      />
    </>
  );
}

function sideOf(ref: string): Side {
  return { ref, label: shortCommit(ref) };
}
