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
import type { PreviewKind } from '../../widgets/preview/content';
import { Preview } from '../../widgets/preview/Preview';
import { repositorySource } from '../../widgets/preview/source';

/** A changed object: as it is on the branch, and as the last commit has it. */
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
  state: 'committed' | undefined;
  onKindChange: (kind: PreviewKind | undefined) => void;
  onStateChange: (state: 'committed' | undefined) => void;
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
  const shown = state === 'committed' || staged.data === null ? 'committed' : 'branch';
  const stats = shown === 'committed' && committed.data ? committed.data : staged.data;
  const ref = stats === committed.data && commit !== undefined ? commit : branch;
  const source = useMemo(
    () => (stats ? repositorySource(repository, ref, stats) : undefined),
    [repository, ref, stats],
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
      ) : source === undefined ? (
        <EmptyState title="There is no such object here" />
      ) : (
        <Preview
          source={source}
          kind={kind}
          onKindChange={onKindChange}
          actions={
            staged.data &&
            committed.data && (
              <SegmentedControl
                size="xs"
                aria-label="State"
                data={[
                  { value: 'branch', label: 'On the branch' },
                  { value: 'committed', label: 'Committed' },
                ]}
                value={shown}
                onChange={(value) => onStateChange(value === 'committed' ? 'committed' : undefined)}
              />
            )
          }
        />
      )}
    </ObjectPane>
  );
}
