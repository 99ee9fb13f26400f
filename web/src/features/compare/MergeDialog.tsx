import { ActionIcon, Alert, Button, Checkbox, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowRight, ArrowLeftRight, CircleCheck } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { hasStatus } from '../../api/error';
import { diffSummaryQuery, mergeRefs, type MergeChoice } from '../../api/queries/diffs';
import { branchQuery } from '../../api/queries/refs';
import type { DiffSummary } from '../../api/types';
import { CommitId } from '../../ui/CommitId';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { formatBytes, formatPlural } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { RefBadge, shortCommit } from '../../ui/RefBadge';
import { ChangeCounts, DiffTree } from '../../widgets/DiffTree';
import { MetadataFields, toMetadata, type MetadataField } from '../../widgets/MetadataFields';
import classes from './compare.module.css';

type Strategy = MergeChoice['strategy'];

/** Merges one of the two refs into the other, after showing what that changes. */
export function MergeDialog({
  repository,
  left,
  right,
  onClose,
}: {
  repository: string;
  left: string;
  right: string;
  onClose: () => void;
}): ReactElement {
  const [isSwapped, setSwapped] = useState(false);
  const [commit, setCommit] = useState<string>();
  const source = isSwapped ? left : right;
  const destination = isSwapped ? right : left;
  return (
    <Modal opened onClose={onClose} title="Merge" size="lg">
      {commit !== undefined ? (
        <Merged repository={repository} destination={destination} commit={commit} onClose={onClose} />
      ) : (
        <Stack gap="md">
          <Group gap={10} wrap="nowrap">
            <RefBadge type={refType(source)} name={source} />
            <ArrowRight size={15} aria-label="into" role="img" />
            <RefBadge type={refType(destination)} name={destination} />
            <ActionIcon aria-label="Merge the other way" onClick={() => setSwapped(!isSwapped)}>
              <ArrowLeftRight size={14} aria-hidden />
            </ActionIcon>
          </Group>
          <MergeForm
            key={destination}
            repository={repository}
            source={source}
            destination={destination}
            onClose={onClose}
            onMerged={setCommit}
          />
        </Stack>
      )}
    </Modal>
  );
}

interface MergeFormProps {
  repository: string;
  source: string;
  destination: string;
  onClose: () => void;
  onMerged: (commit: string) => void;
}

/** Needs the destination to be a branch, and what it points at now. */
function MergeForm(props: MergeFormProps): ReactElement {
  const { repository, source, destination, onClose } = props;
  const branch = useQuery({ ...branchQuery(repository, destination), retry: false });
  const summary = useQuery(diffSummaryQuery(repository, destination, source, 'three_dot'));
  if (hasStatus(branch.error, 404)) {
    return (
      <Alert color="yellow" variant="light" role="alert">
        {shortCommit(destination)} is no branch: only into a branch can be merged. Merge the other way, or
        choose another base.
      </Alert>
    );
  }
  const error = branch.error ?? summary.error;
  if (error) {
    return (
      <ErrorState
        error={error}
        onRetry={() => {
          void branch.refetch();
          void summary.refetch();
        }}
      />
    );
  }
  if (!branch.data || !summary.data) return <LoadingState rows={5} label="Comparing" />;
  if (summary.data.results.length === 0) {
    return (
      <EmptyState
        title="Nothing to merge"
        actions={
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
        }
      >
        {destination} has all that {shortCommit(source)} changed.
      </EmptyState>
    );
  }
  return <ReadyForm {...props} head={branch.data.commit_id} summary={summary.data} />;
}

function ReadyForm({
  repository,
  source,
  destination,
  onClose,
  onMerged,
  head,
  summary,
}: MergeFormProps & { head: string; summary: DiffSummary }): ReactElement {
  const queryClient = useQueryClient();
  // What was on the screen when one decided: a branch that moves meanwhile is not merged into unseen.
  const [seen, setSeen] = useState({ head, summary });
  const [strategy, setStrategy] = useState<Strategy>('none');
  const [message, setMessage] = useState(`Merge ${shortCommit(source)} into ${destination}`);
  const [fields, setFields] = useState<MetadataField[]>([]);
  const [squash, setSquash] = useState(false);
  const { total, truncated } = seen.summary;
  const conflicts = total.conflicts;
  const merging = useMutation({
    mutationFn: () =>
      mergeRefs(repository, source, destination, {
        strategy,
        message: message.trim(),
        metadata: toMetadata(fields),
        squash,
        expectedDestinationCommit: seen.head,
      }),
    onSuccess: (commit) => {
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      onMerged(commit);
    },
  });
  const hasMoved = hasStatus(merging.error, 412);
  const lookAgain = async () => {
    const [branch, next] = await Promise.all([
      queryClient.query({ ...branchQuery(repository, destination), staleTime: 0 }),
      queryClient.query({
        ...diffSummaryQuery(repository, destination, source, 'three_dot'),
        staleTime: 0,
      }),
    ]);
    setSeen({ head: branch.commit_id, summary: next });
    merging.reset();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        merging.mutate();
      }}
    >
      <Stack gap="md">
        <Group gap="md">
          <strong>
            {truncated && 'More than '}
            {formatPlural(
              total.added + total.changed + total.removed + conflicts,
              'object changes',
              'objects change',
            )}{' '}
            on {destination}
          </strong>
          <ChangeCounts counts={total} />
          <span className={classes.soft}>
            +{formatBytes(total.added_bytes)} −{formatBytes(total.removed_bytes)}
          </span>
        </Group>
        {conflicts > 0 && <Conflicts repository={repository} source={source} destination={destination} />}
        <Radio.Group
          label="Where both changed the same object"
          value={strategy}
          onChange={(value) => setStrategy(value)}
        >
          <Stack gap={8} mt={6}>
            <Radio value="none" label="Stop: nothing is merged" />
            <Radio value="source-wins" label={`Take what ${shortCommit(source)} has`} />
            <Radio value="dest-wins" label={`Keep what ${destination} has`} />
          </Stack>
        </Radio.Group>
        <Textarea
          label="Message"
          autosize
          minRows={2}
          maxRows={6}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        <MetadataFields fields={fields} onChange={setFields} />
        <Checkbox
          label="Squash"
          description="One commit with one parent: the source's own commits stay out of the history"
          checked={squash}
          onChange={(event) => setSquash(event.currentTarget.checked)}
        />
        {merging.isError && (
          <Alert
            color="red"
            variant="light"
            role="alert"
            title={hasMoved ? `${destination} has moved on` : undefined}
          >
            {hasMoved
              ? 'Someone committed to it since this was shown; nothing was merged. '
              : messageOf(merging.error)}
            {hasMoved && (
              <Button variant="default" size="compact-sm" mt={6} onClick={() => void lookAgain()}>
                Show what a merge changes now
              </Button>
            )}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={merging.isPending}
            disabled={hasMoved || (conflicts > 0 && strategy === 'none')}
          >
            Merge into {destination}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Path by path; each leads to both of its sides. */
function Conflicts({
  repository,
  source,
  destination,
}: {
  repository: string;
  source: string;
  destination: string;
}): ReactElement {
  const navigate = useNavigate();
  const [open, setOpen] = useState<string[]>([]);
  return (
    <Stack gap={6}>
      <div className={classes.conflictBar}>
        <strong>Both changed the same objects</strong>
        <span>Choose whose version is taken; open an object to see both.</span>
      </div>
      <div className={classes.conflicts}>
        <DiffTree
          label="Conflicts"
          heightMax={200}
          conflictsOnly
          summaryOf={(prefix) => diffSummaryQuery(repository, destination, source, 'three_dot', prefix)}
          open={open}
          onOpenChange={setOpen}
          onSelect={(path) =>
            void navigate({
              to: '/repositories/$repository/compare',
              params: { repository },
              search: { left: destination, right: source, open, path },
            })
          }
        />
      </div>
    </Stack>
  );
}

function Merged({
  repository,
  destination,
  commit,
  onClose,
}: {
  repository: string;
  destination: string;
  commit: string;
  onClose: () => void;
}): ReactElement {
  return (
    <EmptyState
      title={`Merged into ${destination}`}
      icon={<CircleCheck size={20} color="var(--ab-ok)" aria-hidden />}
      actions={
        <>
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button
            renderRoot={(props) => (
              <Link
                to="/repositories/$repository/commits/$commit"
                params={{ repository, commit }}
                {...props}
              />
            )}
          >
            Show the commit
          </Button>
        </>
      }
    >
      The merge is the commit <CommitId id={commit} />
    </EmptyState>
  );
}

function refType(ref: string): 'branch' | 'commit' {
  return shortCommit(ref) === ref ? 'branch' : 'commit';
}
