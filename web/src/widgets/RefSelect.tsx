import { Combobox, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Check, ChevronsUpDown, GitBranch, GitCommitHorizontal, GitMerge, Tag } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { refSuggestionsQuery } from '../api/queries/refs';
import { repositoryQuery } from '../api/queries/repositories';
import { messageOf } from '../ui/ErrorState';
import { shortCommit, type RefType } from '../ui/RefBadge';
import { recentRefs, rememberRef } from './recent-refs';
import classes from './RefSelect.module.css';

const icons = { branch: GitBranch, tag: Tag, commit: GitCommitHorizontal };
const debounceMs = 150;
/** No ref: their values begin with their type. */
const noneValue = 'none';

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
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const query = useQuery({ ...refSuggestionsQuery(repository, prefix), enabled: combobox.dropdownOpened });
  const main = useQuery({ ...repositoryQuery(repository), enabled: combobox.dropdownOpened }).data
    ?.default_branch;
  const found = query.data?.branches ?? [];
  // The default branch is at hand whatever comes before it by name.
  const isPinned = main !== undefined && text.trim() === '';
  const branches = isPinned ? [{ id: main }, ...found.filter(({ id }) => id !== main)] : found;
  const tags = branchesOnly ? [] : (query.data?.tags ?? []);
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
          {tags.length > 0 && (
            <Combobox.Group label="Tags">{tags.map((ref) => option(ref.id, 'tag'))}</Combobox.Group>
          )}
          {mayTakeTyped && option(typed, 'commit', `Use “${typed}”`)}
          {branches.length + tags.length === 0 && !mayTakeTyped && (
            <Combobox.Empty>
              {query.isError ? messageOf(query.error) : query.isFetching ? 'Loading' : 'None found'}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
