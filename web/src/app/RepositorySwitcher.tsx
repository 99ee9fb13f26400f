import { Menu, TextInput } from '@mantine/core';
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
  const [opened, setOpened] = useState(false);
  const [filter, setFilter] = useState('');
  const query = useInfiniteQuery({ ...repositoriesQuery(), enabled: opened });
  const names = (query.data?.pages ?? []).flatMap((page) => page.results.map((each) => each.id));
  const shown = names.filter((name) => name.includes(filter)).slice(0, shownMax);
  return (
    <Menu
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      width={212}
      onClose={() => setFilter('')}
    >
      <Menu.Target>
        <SwitcherButton repository={repository} />
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          size="xs"
          placeholder="Find a repository"
          aria-label="Find a repository"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          m={4}
          data-autofocus
        />
        <div className={classes.switcherList}>
          {shown.map((name) => (
            <Menu.Item
              key={name}
              rightSection={name === repository ? <Check size={14} aria-label="current" /> : undefined}
              onClick={() =>
                void navigate({ to: '/repositories/$repository/objects', params: { repository: name } })
              }
            >
              {name}
            </Menu.Item>
          ))}
          {shown.length === 0 && (
            <div className={classes.none}>{query.isFetching ? 'Loading' : 'None found'}</div>
          )}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
