import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactElement } from 'react';
import { objectAtQuery } from '../../api/queries/diffs';
import { objectUrl } from '../../api/queries/objects';
import { branchQuery } from '../../api/queries/refs';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { LoadingState } from '../../ui/LoadingState';
import { download } from '../../widgets/browser/download';
import { nameOf } from '../../widgets/browser/entries';
import { ObjectPane } from '../../widgets/browser/ObjectPane';
import { ObjectDiff } from '../../widgets/object-diff/ObjectDiff';
import type { PreviewKind } from '../../widgets/preview/content';
import { Preview } from '../../widgets/preview/Preview';
import { repositorySource } from '../../widgets/preview/source';

export type ShownState = 'branch' | 'committed';

/** A changed object: what differs, as it is on the branch, and as the last commit has it. */
export function ChangedObject({
  repository,
  branch,
  path,
  kind,
  state,
  onKindChange,
  onStateChange,
  onClose,
}: {
  repository: string;
  branch: string;
  path: string;
  kind: string | undefined;
  state: ShownState | undefined;
  onKindChange: (kind: PreviewKind | undefined) => void;
  onStateChange: (state: ShownState | undefined) => void;
  onClose: () => void;
}): ReactElement {
  const head = useQuery(branchQuery(repository, branch));
  const commit = head.data?.commit_id;
  const staged = useQuery(objectAtQuery(repository, branch, path));
  const committed = useQuery({
    ...objectAtQuery(repository, commit ?? '', path),
    enabled: commit !== undefined,
  });
  const error = head.error ?? staged.error ?? committed.error;
  const isLoaded = staged.data !== undefined && committed.data !== undefined;
  // Of what was added or removed there is one state only.
  const isChanged = !!staged.data && !!committed.data;
  const isDiff = isChanged && commit !== undefined && state === undefined;
  const shown = state === 'committed' || staged.data === null ? 'committed' : 'branch';
  const stats = shown === 'committed' && committed.data ? committed.data : staged.data;
  const ref = stats === committed.data && commit !== undefined ? commit : branch;
  const source = useMemo(
    () => (stats ? repositorySource(repository, ref, stats) : undefined),
    [repository, ref, stats],
  );
  const choice = isChanged && (
    <SegmentedControl
      size="xs"
      aria-label="State"
      data={[
        { value: 'diff', label: 'What differs' },
        { value: 'branch', label: 'On the branch' },
        { value: 'committed', label: 'Committed' },
      ]}
      value={isDiff ? 'diff' : shown}
      onChange={(value) => onStateChange(value === 'branch' || value === 'committed' ? value : undefined)}
    />
  );
  return (
    <ObjectPane
      path={path}
      facts={
        isLoaded &&
        stats && (
          <>
            <Bytes value={stats.size_bytes ?? 0} /> · <RelativeTime ms={stats.mtime * 1000} />
            {staged.data === null && ' · removed on the branch: this is what is committed'}
            {committed.data === null && ' · added, not committed yet'}
          </>
        )
      }
      onDownload={stats ? () => download(objectUrl(repository, ref, path), nameOf(path)) : undefined}
      onClose={onClose}
    >
      {error ? (
        <ErrorState title="The object could not be opened" error={error} />
      ) : !isLoaded ? (
        <LoadingState rows={10} />
      ) : isDiff ? (
        <ObjectDiff
          repository={repository}
          path={path}
          left={{ ref: commit, label: 'Committed' }}
          right={{ ref: branch, label: 'On the branch' }}
          head={choice}
        />
      ) : source === undefined ? (
        <EmptyState title="There is no such object here" />
      ) : (
        <Preview source={source} kind={kind} onKindChange={onKindChange} actions={choice} />
      )}
    </ObjectPane>
  );
}
