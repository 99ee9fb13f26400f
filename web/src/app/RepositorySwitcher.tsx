import { Combobox, useCombobox } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { repositoriesQuery } from '../api/queries/repositories';
import classes from './Shell.module.css';
import { SwitcherButton } from './SwitcherButton';

const shownMax = 50;

/** The repository that one is in; a click leads to another. */
export function RepositorySwitcher({ repository }: { repository: string }): ReactElement {
  const navigate = useNavigate();
  const [filter, setFilter] = useState('');
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setFilter('');
    },
  });
  const query = useInfiniteQuery({ ...repositoriesQuery(), enabled: combobox.dropdownOpened });
  const names = (query.data?.pages ?? []).flatMap((page) => page.results.map((each) => each.id));
  const shown = names.filter((name) => name.includes(filter.trim())).slice(0, shownMax);
  return (
    <Combobox
      store={combobox}
      width={240}
      position="bottom-start"
      onOptionSubmit={(name) => {
        combobox.closeDropdown();
        void navigate({ to: '/repositories/$repository/objects', params: { repository: name } });
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <SwitcherButton
          repository={repository}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={filter}
          onChange={(event) => {
            setFilter(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
          placeholder="Find a repository"
          aria-label="Find a repository"
        />
        <Combobox.Options aria-label="Repositories" className={classes.switcherList}>
          {shown.map((name) => (
            <Combobox.Option key={name} value={name}>
              <div className={classes.switcherOption}>
                <span>{name}</span>
                {name === repository && <Check size={14} aria-label="current" role="img" />}
              </div>
            </Combobox.Option>
          ))}
          {shown.length === 0 && (
            <Combobox.Empty>{query.isFetching ? 'Loading' : 'None found'}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
