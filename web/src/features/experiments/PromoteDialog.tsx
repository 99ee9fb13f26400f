import { Alert, Button, Checkbox, Group, Modal, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleCheck, CircleX, GitMerge, X } from 'lucide-react';
import { useEffect, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { hasStatus } from '../../api/error';
import {
  promote,
  promotionPlanQuery,
  type PromotionChoice,
  type PromotionStrategy,
} from '../../api/queries/promotions';
import { branchQuery } from '../../api/queries/refs';
import { repositoryQuery } from '../../api/queries/repositories';
import type { PromotionPlan, Run } from '../../api/types';
import { CommitId } from '../../ui/CommitId';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { formatBytes, formatCount, formatPlural } from '../../ui/format';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { RefBadge, shortCommit } from '../../ui/RefBadge';
import { DiffTree } from '../../widgets/DiffTree';
import { summaryOf } from '../../widgets/diff-summary';
import { visibleText } from '../../widgets/preview/content';
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
const pathsShownMax = 200;

/** What a promotion would change, whether it may be, and then the promotion: the server plans it and makes it. */
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
  const queryClient = useQueryClient();
  const [requirements, setRequirements] = useState<Requirement[]>([]);
  const [strategy, setStrategy] = useState<PromotionStrategy>('');
  const [allowsDataChange, setAllowsDataChange] = useState(false);
  const [message, setMessage] = useState(() => promotionMessage(run));
  // Where the branch is that all this is about: the server promotes to that commit or not at all.
  const [head, setHead] = useState<string>();
  const [hasMoved, setHasMoved] = useState(false);
  const branch = useQuery({
    ...branchQuery(repository, destination),
    refetchInterval: lookAgainMs,
    staleTime: 0,
  });
  const latest = branch.data?.commit_id;
  if (latest !== undefined && latest !== head && !branch.isFetching) {
    // What was decided was about other things than those that are shown from now on.
    setHasMoved(head !== undefined);
    setHead(latest);
    setStrategy('');
    setAllowsDataChange(false);
  }
  const about = { commit: run.commit_id ?? '', destination, head: head ?? '' };
  const plain = useQuery({
    ...promotionPlanQuery(repository, { ...about, strategy: '' }),
    enabled: head !== undefined,
  });
  const chosen = useQuery({
    ...promotionPlanQuery(repository, { ...about, strategy }),
    enabled: head !== undefined,
    placeholderData: keepPreviousData,
  });
  const navigate = useNavigate();
  const promotion = useMutation({
    mutationFn: (expected: string) =>
      promote(repository, {
        ...about,
        head: expected,
        strategy,
        message,
        requirements: requirements.map(formatRequirement),
        allowDataChange: allowsDataChange,
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

  // A branch that moved between two looks is looked at again at once.
  const movedAgain = hasStatus(plain.error, 412) || hasStatus(chosen.error, 412);
  const { refetch: lookAgain } = branch;
  useEffect(() => {
    if (movedAgain) void lookAgain();
  }, [movedAgain, lookAgain]);
  const problem = branch.error ?? (movedAgain ? null : (plain.error ?? chosen.error));
  if (problem !== null)
    return (
      <ErrorState
        title="What would change could not be read"
        error={problem}
        onRetry={() => void Promise.all([branch.refetch(), plain.refetch(), chosen.refetch()])}
      />
    );
  if (head === undefined || !plain.data || !chosen.data) return <LoadingState rows={8} />;

  const plan = chosen.data;
  const { conflicts } = plain.data;
  const isNothing = plan.changes.length === 0;
  const checks = checksOf({ run, destination, conflicts, plan, strategy, allowsDataChange, requirements });
  const mayPromote =
    !chosen.isPlaceholderData && !isNothing && checks.every(({ passes }) => passes) && message.trim() !== '';
  return (
    <Stack gap="md">
      {hasMoved && (
        <Alert color="yellow" variant="light" role="status" title={`${destination} has moved meanwhile`}>
          It is at {shortCommit(head)} now. What follows was compared with that commit; what you had decided
          about conflicts and data is to be decided again.
        </Alert>
      )}
      {chosen.isPlaceholderData ? (
        <LoadingState rows={3} />
      ) : (
        <Changes
          key={`${head} ${strategy}`}
          repository={repository}
          choice={{ ...about, strategy }}
          plan={plan}
        />
      )}
      {conflicts.length > 0 && (
        <Conflicts
          destination={destination}
          paths={conflicts}
          strategy={strategy}
          onStrategyChange={setStrategy}
        />
      )}
      {plan.data_changes.length > 0 && (
        <section aria-label="Other data">
          <h3 className={classes.title}>Other data than the run was given</h3>
          <p className={classes.soft}>
            Below the data that {run.name} was given, {destination} would hold other objects. What the run
            measured says nothing about these: running it again on them is the safe way.
          </p>
          <Paths paths={plan.data_changes} />
          <Checkbox
            size="sm"
            mt={8}
            label="Promote it all the same"
            description="The commit records that the change of data was allowed."
            checked={allowsDataChange}
            onChange={(event) => setAllowsDataChange(event.currentTarget.checked)}
          />
        </section>
      )}
      <section aria-label="Checks">
        <h3 className={classes.title}>Checks</h3>
        <ul className={classes.checks}>
          {checks.map((check) => (
            <CheckLine key={check.text} check={check}>
              {check.requirement && (
                <button
                  type="button"
                  className={classes.remove}
                  aria-label={`Remove requirement ${check.text}`}
                  onClick={() => setRequirements(requirements.filter((each) => each !== check.requirement))}
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
          rows={Object.entries(promotionMetadata(run, allowsDataChange)).map(([label, value]) => ({
            label,
            value,
          }))}
        />
      </details>
      {promotion.isError && (
        <Alert color="red" variant="light" role="alert" title={refusalTitle(promotion.error, destination)}>
          {messageOf(promotion.error)}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs" className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          leftSection={<GitMerge size={15} aria-hidden />}
          disabled={!mayPromote}
          loading={promotion.isPending}
          onClick={() => promotion.mutate(head)}
        >
          Promote to {destination}
        </Button>
      </Group>
    </Stack>
  );
}

interface DialogCheck extends Check {
  /** What was asked for by hand can be taken back. */
  requirement?: Requirement;
}

function checksOf({
  run,
  destination,
  conflicts,
  plan,
  strategy,
  allowsDataChange,
  requirements,
}: {
  run: Run;
  destination: string;
  conflicts: readonly string[];
  plan: PromotionPlan;
  strategy: PromotionStrategy;
  allowsDataChange: boolean;
  requirements: readonly Requirement[];
}): DialogCheck[] {
  const reason = whyNot(run);
  const checks: DialogCheck[] = [{ passes: reason === undefined, text: reason ?? `${run.name} ended as ok` }];
  if (conflicts.length === 0)
    checks.push({ passes: true, text: 'Nothing that somebody else wrote or changed is in its way' });
  else if (strategy === '')
    checks.push({
      passes: false,
      text: `${formatPlural(conflicts.length, 'path')} of ${destination} ${conflicts.length === 1 ? 'is' : 'are'} in its way: choose whose stay`,
    });
  else
    checks.push({
      passes: true,
      text:
        strategy === 'source-wins'
          ? "Where paths are in its way, the run's are taken"
          : `Where paths are in its way, those of ${destination} stay`,
    });
  if (plan.data_changes.length === 0)
    checks.push({ passes: true, text: 'The data are those that the run was given' });
  else
    checks.push({
      passes: allowsDataChange,
      text: `${formatPlural(plan.data_changes.length, 'object')} of the data ${plan.data_changes.length === 1 ? 'differs' : 'differ'} from what the run was given${allowsDataChange ? ': allowed' : ''}`,
    });
  for (const requirement of requirements)
    checks.push({ ...checkRequirement(requirement, run.metrics), requirement });
  return checks;
}

/** What the promotion brings, changes and takes away. */
function Changes({
  repository,
  choice,
  plan,
}: {
  repository: string;
  choice: PromotionChoice;
  plan: PromotionPlan;
}): ReactElement {
  const [open, setOpen] = useState<string[]>([]);
  const { total } = summaryOf(plan.changes, '');
  // eslint-disable-next-line @tanstack/query/exhaustive-deps -- the plan follows from the choice
  const countsBelow = (prefix: string) => ({
    queryKey: ['promotion-plan', repository, choice, prefix],
    queryFn: () => summaryOf(plan.changes, prefix),
    staleTime: Infinity,
  });
  return (
    <section aria-label="What will change">
      <h3 className={classes.title}>
        What will change on {choice.destination}
        <span className={classes.counts}>
          {total.added > 0 && <b className={classes.added}>+{formatCount(total.added)}</b>}
          {total.changed > 0 && <b className={classes.changed}>~{formatCount(total.changed)}</b>}
          {total.removed > 0 && <b className={classes.removed}>−{formatCount(total.removed)}</b>}
          <span>
            {formatBytes(total.added_bytes)} added
            {total.removed_bytes > 0 && `, ${formatBytes(total.removed_bytes)} removed`}
          </span>
        </span>
      </h3>
      {plan.changes.length === 0 ? (
        <p className={classes.soft}>Nothing: {choice.destination} holds all of it already.</p>
      ) : (
        <div className={classes.tree}>
          <DiffTree
            label="What will change"
            summaryOf={countsBelow}
            open={open}
            onOpenChange={setOpen}
            heightMax={200}
          />
        </div>
      )}
      {plan.has_more_changes && (
        <p className={classes.soft}>
          More than {formatCount(plan.changes.length)} objects change: these are the first of them.
        </p>
      )}
    </section>
  );
}

/** Paths that no run wrote, or that were changed since: they are never removed, and replaced only when that is chosen. */
function Conflicts({
  destination,
  paths,
  strategy,
  onStrategyChange,
}: {
  destination: string;
  paths: readonly string[];
  strategy: PromotionStrategy;
  onStrategyChange: (strategy: PromotionStrategy) => void;
}): ReactElement {
  return (
    <section aria-label="Conflicts">
      <h3 className={classes.title}>In its way on {destination}</h3>
      <p className={classes.soft}>
        No run that was promoted wrote these, or somebody changed them since, on both sides.
      </p>
      <Paths paths={paths} />
      <Radio.Group
        mt={8}
        aria-label="Whose stay"
        value={strategy}
        onChange={(value) => onStrategyChange(value === 'source-wins' ? 'source-wins' : 'dest-wins')}
      >
        <Stack gap={6}>
          <Radio
            size="sm"
            value="source-wins"
            label="Take the run's"
            description={`What the run does not have stays on ${destination}.`}
          />
          <Radio
            size="sm"
            value="dest-wins"
            label={`Keep those of ${destination}`}
            description="The run's results are then not whole there."
          />
        </Stack>
      </Radio.Group>
    </section>
  );
}

function Paths({ paths }: { paths: readonly string[] }): ReactElement {
  return (
    <ul className={classes.conflicts} tabIndex={0}>
      {paths.slice(0, pathsShownMax).map((path) => (
        <li key={path}>
          <code>{visibleText(path)}</code>
        </li>
      ))}
      {paths.length > pathsShownMax && <li>and {formatCount(paths.length - pathsShownMax)} more</li>}
    </ul>
  );
}

function refusalTitle(error: unknown, destination: string): string {
  if (hasStatus(error, 412)) return `${destination} is not as it was: nothing was promoted`;
  if (hasStatus(error, 409)) return 'Other paths are in its way: nothing was promoted';
  if (hasStatus(error, 403)) return `You may not write to ${destination}`;
  return 'Nothing was promoted';
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
