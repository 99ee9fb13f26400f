import { Combobox, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import {
  Check,
  ChevronRight,
  ChevronsUpDown,
  GitBranch,
  GitCommitHorizontal,
  GitMerge,
  Tag,
} from 'lucide-react';
import { Fragment, useMemo, useState, type ReactElement } from 'react';
import { sweepsQuery } from '../api/queries/experiments';
import { firstBranchesQuery, refSuggestionsQuery } from '../api/queries/refs';
import { repositoryQuery } from '../api/queries/repositories';
import { messageOf } from '../ui/ErrorState';
import { formatPlural } from '../ui/format';
import { shortCommit, type RefType } from '../ui/RefBadge';
import { recentRefs, rememberRef } from './recent-refs';
import classes from './RefSelect.module.css';
import { byName } from '../ui/natural-order';
import { groupBranches, sweepOfBranch } from './run-branches';

const icons = { branch: GitBranch, tag: Tag, commit: GitCommitHorizontal };
const debounceMs = 150;
const shownMax = 100;
/** No ref: their values begin with their type. */
const noneValue = 'none';
/** Begins the value of a row that opens the branches of a sweep. */
const sweepPrefix = 'sweep ';

export interface RefSelectProps {
  repository: string;
  value: string | undefined;
  onChange: (ref: string, type: RefType) => void;
  /** Before the name: "from", "into". */
  label?: string;
  /** Branches alone, where one is to be written to. */
  branchesOnly?: boolean;
  /** Where none is a choice too: what that is called ("All branches"), and what happens when it is made. */
  none?: { label: string; onChoose: () => void };
  /** As wide as there is room. */
  fill?: boolean;
}

/**
 * Chooses a branch, a tag or a commit. Branches and tags are searched on the server as one types, so that ten thousand are
 * no more than ten; any other text, such as a commit id or `main~2`, can be taken as it is.
 */
export function RefSelect({
  repository,
  value,
  onChange,
  label,
  branchesOnly = false,
  none,
  fill = false,
}: RefSelectProps): ReactElement {
  const [text, setText] = useState('');
  const [prefix] = useDebouncedValue(text.trim(), debounceMs);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setText('');
      setOpenSweep(undefined);
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const query = useQuery({ ...refSuggestionsQuery(repository, prefix), enabled: combobox.dropdownOpened });
  const main = useQuery({ ...repositoryQuery(repository), enabled: combobox.dropdownOpened }).data
    ?.default_branch;
  const isOpen = combobox.dropdownOpened;
  const first = useQuery({ ...firstBranchesQuery(repository), enabled: isOpen });
  const sweepPages = useInfiniteQuery({ ...sweepsQuery(repository), enabled: isOpen }).data?.pages;
  const sweepOf = useMemo(
    () => sweepOfBranch(sweepPages?.flatMap((page) => page.results) ?? []),
    [sweepPages],
  );
  const [openSweep, setOpenSweep] = useState<string>();
  // Untyped, the branches of runs stand by sweep, closed; who searches finds them among the others.
  const isBrowsing = text.trim() === '';
  const groups = useMemo(() => {
    if (!isBrowsing) return groupBranches(query.data?.branches ?? [], main ?? '', () => undefined);
    const known = first.data?.items ?? [];
    // The default branch is at hand whatever comes before it by name.
    const isThere = main === undefined || known.some(({ id }) => id === main);
    return groupBranches(isThere ? known : [{ id: main, commit_id: '' }, ...known], main ?? '', sweepOf);
  }, [isBrowsing, query.data, first.data, main, sweepOf]);
  const branches = groups.others.slice(0, shownMax);
  const tags = branchesOnly ? [] : (query.data?.tags ?? []).toSorted((a, b) => byName(a.id, b.id));
  const isCut =
    groups.others.length > shownMax ||
    (isBrowsing ? first.data?.hasMore === true : query.data?.hasMore === true);
  const typed = text.trim();
  const isKnown = [...branches, ...tags].some((ref) => ref.id === typed);
  const recents =
    typed === '' && combobox.dropdownOpened
      ? recentRefs(repository).filter((ref) => !branchesOnly || ref.type === 'branch')
      : [];
  const mayTakeTyped = !branchesOnly && typed !== '' && !isKnown;
  const shown = value === undefined ? (none?.label ?? 'Choose') : shortCommit(value);
  const TargetIcon = value !== undefined && shortCommit(value) !== value ? icons.commit : icons.branch;

  const option = (id: string, type: RefType, shown = shortCommit(id)) => {
    const Icon = icons[type];
    return (
      <Combobox.Option key={`${type} ${id}`} value={`${type} ${id}`}>
        <div className={classes.option}>
          <Icon size={14} aria-hidden />
          <span title={id}>{shown}</span>
          {id === value && <Check size={14} aria-label="current" />}
        </div>
      </Combobox.Option>
    );
  };
  return (
    <Combobox
      store={combobox}
      width={320}
      position="bottom-start"
      onOptionSubmit={(chosen) => {
        if (chosen.startsWith(sweepPrefix)) {
          const sweep = chosen.slice(sweepPrefix.length);
          setOpenSweep(openSweep === sweep ? undefined : sweep);
          return;
        }
        combobox.closeDropdown();
        if (chosen === noneValue) {
          none?.onChoose();
          return;
        }
        const space = chosen.indexOf(' ');
        const ref = { id: chosen.slice(space + 1), type: chosen.slice(0, space) as RefType };
        rememberRef(repository, ref);
        onChange(ref.id, ref.type);
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <button
          type="button"
          className={fill ? `${classes.target} ${classes.fill}` : classes.target}
          title={value}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        >
          <TargetIcon size={14} aria-hidden />
          {/* The blank is for the name that assistive technology makes of both. */}
          <span
            className={label === undefined ? 'ab-visually-hidden' : classes.label}
          >{`${label ?? 'ref'} `}</span>
          <span className={classes.name}>{shown}</span>
          <ChevronsUpDown size={13} aria-hidden />
        </button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
          placeholder={branchesOnly ? 'Find a branch' : 'Branch, tag or commit'}
          aria-label={branchesOnly ? 'Find a branch' : 'Find a branch, tag or commit'}
        />
        <Combobox.Options aria-label="Refs" className={classes.options}>
          {none && typed === '' && (
            <Combobox.Option value={noneValue}>
              <div className={classes.option}>
                <GitMerge size={14} aria-hidden />
                <span>{none.label}</span>
                {value === undefined && <Check size={14} aria-label="current" />}
              </div>
            </Combobox.Option>
          )}
          {recents.length > 0 && (
            <Combobox.Group label="Recent">{recents.map((ref) => option(ref.id, ref.type))}</Combobox.Group>
          )}
          {branches.length > 0 && (
            <Combobox.Group label="Branches">
              {branches.map((ref) => option(ref.id, 'branch'))}
            </Combobox.Group>
          )}
          {groups.sweeps.length > 0 && (
            <Combobox.Group label="Branches of runs">
              {groups.sweeps.map(({ sweep, branches: ofRuns }) => (
                <Fragment key={sweep}>
                  <Combobox.Option value={`${sweepPrefix}${sweep}`}>
                    <div className={classes.option}>
                      <ChevronRight
                        size={14}
                        aria-hidden
                        className={openSweep === sweep ? classes.opened : undefined}
                      />
                      <span title={sweep}>{sweep}</span>
                      <span className={classes.label}>
                        {formatPlural(ofRuns.length, 'run')}
                        {first.data?.hasMore === true && ' or more'}
                      </span>
                      {/* An option has no attribute that would tell this. */}
                      <span className="ab-visually-hidden">
                        {openSweep === sweep ? ', opened' : ', closed'}
                      </span>
                    </div>
                  </Combobox.Option>
                  {openSweep === sweep && ofRuns.slice(0, shownMax).map((ref) => option(ref.id, 'branch'))}
                  {openSweep === sweep && ofRuns.length > shownMax && <More />}
                </Fragment>
              ))}
            </Combobox.Group>
          )}
          {tags.length > 0 && (
            <Combobox.Group label="Tags">{tags.map((ref) => option(ref.id, 'tag'))}</Combobox.Group>
          )}
          {isCut && <More />}
          {mayTakeTyped && option(typed, 'commit', `Use “${typed}”`)}
          {branches.length + tags.length + groups.sweeps.length === 0 && !mayTakeTyped && (
            <Combobox.Empty>
              {query.isError ? messageOf(query.error) : query.isFetching ? 'Loading' : 'None found'}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function More(): ReactElement {
  return <div className={classes.more}>There are more: type a part of the name.</div>;
}
