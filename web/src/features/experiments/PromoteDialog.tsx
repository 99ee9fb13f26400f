import { Alert, Button, Checkbox, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleCheck, CircleX, GitMerge, X } from 'lucide-react';
import { useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { hasStatus } from '../../api/error';
import { promote, promotionConflictsQuery, promotionSummaryQuery } from '../../api/queries/experiments';
import { branchQuery } from '../../api/queries/refs';
import { repositoryQuery } from '../../api/queries/repositories';
import type { Run } from '../../api/types';
import { CommitId } from '../../ui/CommitId';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { formatBytes, formatCount } from '../../ui/format';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { RefBadge } from '../../ui/RefBadge';
import { DiffTree } from '../../widgets/DiffTree';
import { RefSelect } from '../../widgets/RefSelect';
import {
  checkRequirement,
  formatRequirement,
  promotionMessage,
  promotionMetadata,
  readRequirement,
  whyNot,
  type Check,
  type Requirement,
} from './model/promotion';
import classes from './PromoteDialog.module.css';

const lookAgainMs = 5000;
const conflictsShownMax = 200;

/** What a promotion would change, whether it may be, and then the merge. */
export function PromoteDialog({
  repository,
  run,
  onClose,
}: {
  repository: string;
  run: Run;
  onClose: () => void;
}): ReactElement {
  const [chosen, setChosen] = useState<string>();
  const usual = useQuery(repositoryQuery(repository)).data?.default_branch;
  const destination = chosen ?? usual;
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Promote ${run.name}`}
      size={760}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Group gap={8} mb="md">
        <RefBadge type="branch" name={run.branch} />
        <span>at</span>
        <CommitId id={run.commit_id ?? ''} withCopy={false} />
        <RefSelect
          repository={repository}
          label="into"
          value={destination}
          onChange={setChosen}
          branchesOnly
        />
      </Group>
      {destination === undefined ? (
        <LoadingState rows={6} />
      ) : (
        <Promotion
          key={destination}
          repository={repository}
          run={run}
          destination={destination}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

function Promotion({
  repository,
  run,
  destination,
  onClose,
}: {
  repository: string;
  run: Run;
  destination: string;
  onClose: () => void;
}): ReactElement {
  const source = run.commit_id ?? '';
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<string[]>([]);
  const [requirements, setRequirements] = useState<Requirement[]>([]);
  const [sourceWins, setSourceWins] = useState(false);
  const [message, setMessage] = useState(() => promotionMessage(run));
  // Where the branch was when it was compared: the server merges into that commit or not at all.
  const [compared, setCompared] = useState<string>();
  const branch = useQuery({
    ...branchQuery(repository, destination),
    refetchInterval: lookAgainMs,
    staleTime: 0,
  });
  const head = branch.data?.commit_id;
  if (compared === undefined && head !== undefined && !branch.isFetching) setCompared(head);
  const left = compared ?? destination;
  const summary = useQuery({
    ...promotionSummaryQuery(repository, left, source, ''),
    enabled: compared !== undefined,
  });
  const total = summary.data?.total;
  const hasConflicts = (total?.conflicts ?? 0) > 0;
  const conflicts = useQuery({
    ...promotionConflictsQuery(repository, left, source),
    enabled: hasConflicts && compared !== undefined,
  });
  const hasMoved = compared !== undefined && head !== undefined && head !== compared;
  const lookAgain = () => {
    setCompared(undefined);
    void branch.refetch();
  };
  const merge = useMutation({
    mutationFn: () =>
      promote(repository, {
        source,
        destination,
        message,
        metadata: promotionMetadata(run),
        strategy: sourceWins ? 'source-wins' : '',
        expected_destination_commit: compared ?? '',
      }),
    onSuccess: ({ reference }) => {
      void queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      notifications.show({ message: `${run.name} was promoted to ${destination}`, color: 'green' });
      onClose();
      void navigate({
        to: '/repositories/$repository/commits/$commit',
        params: { repository, commit: reference },
      });
    },
    onError: () => void branch.refetch(),
  });

  const isNothing =
    total !== undefined && total.added + total.removed + total.changed + total.conflicts === 0;
  const reason = whyNot(run);
  const checks: Check[] = [
    { passes: reason === undefined, text: reason ?? `${run.name} ended as ok` },
    {
      passes: !hasMoved,
      text: hasMoved
        ? `${destination} has moved since it was compared`
        : `${destination} is where it was when it was compared`,
    },
    {
      passes: !hasConflicts || sourceWins,
      text: !hasConflicts
        ? 'No path was changed on both sides'
        : sourceWins
          ? `The run's side is taken where both sides changed a path`
          : `Both sides changed ${formatCount(total?.conflicts ?? 0)} paths`,
    },
    ...requirements.map((requirement) => checkRequirement(requirement, run.metrics)),
  ];
  const mayPromote =
    total !== undefined && !isNothing && checks.every(({ passes }) => passes) && message.trim() !== '';
  const problem = branch.error ?? summary.error;
  if (problem !== null)
    return (
      <ErrorState
        title="What would change could not be read"
        error={problem}
        onRetry={() => {
          void branch.refetch();
          void summary.refetch();
        }}
      />
    );
  return (
    <Stack gap="md">
      <section aria-label="What will change">
        <h3 className={classes.title}>
          What will change on {destination}
          {total && (
            <span className={classes.counts}>
              {total.added > 0 && <b className={classes.added}>+{formatCount(total.added)}</b>}
              {total.changed > 0 && <b className={classes.changed}>~{formatCount(total.changed)}</b>}
              {total.removed > 0 && <b className={classes.removed}>−{formatCount(total.removed)}</b>}
              <span>
                {formatBytes(total.added_bytes)} added
                {total.removed_bytes > 0 && `, ${formatBytes(total.removed_bytes)} removed`}
              </span>
            </span>
          )}
        </h3>
        {compared === undefined || summary.isPending ? (
          <LoadingState rows={4} />
        ) : isNothing ? (
          <p className={classes.soft}>Nothing: {destination} holds all of it already.</p>
        ) : (
          <div className={classes.tree}>
            <DiffTree
              label="What will change"
              summaryOf={(prefix) => promotionSummaryQuery(repository, left, source, prefix)}
              open={open}
              onOpenChange={setOpen}
              heightMax={220}
            />
          </div>
        )}
      </section>
      {hasConflicts && (
        <section aria-label="Conflicts">
          <h3 className={classes.title}>Changed on both sides</h3>
          <ul className={classes.conflicts} tabIndex={0}>
            {(conflicts.data ?? []).slice(0, conflictsShownMax).map((path) => (
              <li key={path}>
                <code>{path}</code>
              </li>
            ))}
            {conflicts.isPending && <li>Loading</li>}
            {conflicts.error && <li role="alert">{messageOf(conflicts.error)}</li>}
            {(conflicts.data?.length ?? 0) > conflictsShownMax && <li>and more</li>}
          </ul>
          <Checkbox
            size="sm"
            mt={8}
            label="Take the run's side of these paths"
            checked={sourceWins}
            onChange={(event) => setSourceWins(event.currentTarget.checked)}
          />
        </section>
      )}
      <section aria-label="Checks">
        <h3 className={classes.title}>Checks</h3>
        <ul className={classes.checks}>
          {checks.map((check, index) => (
            <CheckLine key={check.text} check={check}>
              {index === 1 && hasMoved && (
                <Button size="compact-xs" variant="default" onClick={lookAgain}>
                  Compare again
                </Button>
              )}
              {index >= checks.length - requirements.length && (
                <button
                  type="button"
                  className={classes.remove}
                  aria-label={`Remove requirement ${check.text}`}
                  onClick={() =>
                    setRequirements(
                      requirements.filter((_, at) => at !== index - (checks.length - requirements.length)),
                    )
                  }
                >
                  <X size={12} aria-hidden />
                </button>
              )}
            </CheckLine>
          ))}
        </ul>
        <AddRequirement
          metrics={Object.keys(run.metrics)}
          onAdd={(requirement) =>
            setRequirements([
              ...requirements.filter((each) => formatRequirement(each) !== formatRequirement(requirement)),
              requirement,
            ])
          }
        />
      </section>
      <Textarea
        label="Commit message"
        autosize
        minRows={1}
        maxRows={5}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      <details className={classes.metadata}>
        <summary>Metadata of the commit</summary>
        <KeyValueTable
          rows={Object.entries(promotionMetadata(run)).map(([label, value]) => ({ label, value }))}
        />
      </details>
      {merge.isError && (
        <Alert color="red" variant="light" role="alert" title={refusalTitle(merge.error, destination)}>
          {messageOf(merge.error)}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          leftSection={<GitMerge size={15} aria-hidden />}
          disabled={!mayPromote}
          loading={merge.isPending}
          onClick={() => merge.mutate()}
        >
          Promote to {destination}
        </Button>
      </Group>
    </Stack>
  );
}

function refusalTitle(error: unknown, destination: string): string {
  if (hasStatus(error, 412)) return `${destination} has moved: nothing was merged`;
  if (hasStatus(error, 409)) return 'Both sides changed the same paths: nothing was merged';
  if (hasStatus(error, 403)) return `You may not write to ${destination}`;
  return 'Nothing was merged';
}

function CheckLine({ check, children }: { check: Check; children?: ReactNode }): ReactElement {
  const Icon = check.passes ? CircleCheck : CircleX;
  return (
    <li className={check.passes ? classes.passes : classes.fails}>
      <Icon size={15} role="img" aria-label={check.passes ? 'holds' : 'does not hold'} />
      <span>{check.text}</span>
      {children}
    </li>
  );
}

function AddRequirement({
  metrics,
  onAdd,
}: {
  metrics: readonly string[];
  onAdd: (requirement: Requirement) => void;
}): ReactElement {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string>();
  const add = () => {
    const requirement = readRequirement(typed);
    if (typeof requirement === 'string') {
      setProblem(requirement);
      return;
    }
    onAdd(requirement);
    setTyped('');
    setProblem(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
  return (
    <Group gap={6} mt={8} align="flex-start">
      <TextInput
        size="xs"
        w={260}
        aria-label="Requirement"
        placeholder={`Require, such as ${metrics[0] ?? 'accuracy'}>=0.9`}
        value={typed}
        error={problem}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Button size="xs" variant="default" onClick={add} disabled={typed.trim() === ''}>
        Add requirement
      </Button>
    </Group>
  );
}
