import { Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import {
  File,
  FlaskConical,
  GitBranch,
  GitCommitHorizontal,
  Grid3x3,
  Library,
  Search,
  Tag,
  type LucideIcon,
} from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { refSuggestionsQuery } from '../api/queries/refs';
import { repositoriesQuery } from '../api/queries/repositories';
import { shortCommit } from '../ui/RefBadge';
import classes from './CommandPalette.module.css';
import { repositoryDestinations, topDestinations } from './navigation';
import { useFound } from './useFound';
import { useKeptSearch, useShownRef } from './useKeptSearch';

interface Command {
  id: string;
  group: string;
  label: string;
  icon: LucideIcon;
  run: () => void;
}

const [repositoriesMax, refsMax] = [8, 12];

/** Goes to any page and repository, and to what the repository holds that one is in, by typing a part of its name. */
export function CommandPalette({ onClose }: { onClose: () => void }): ReactElement {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const commands = useCommands(text);
  const current = Math.min(chosen, commands.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(current + 1, commands.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(current - 1, 0));
    else if (event.key === 'Enter') run(commands[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal.Root opened onClose={onClose} centered={false} yOffset="12vh" padding={0} size={560}>
      <Modal.Overlay />
      <Modal.Content aria-label="Search or jump to">
        <div className={classes.input}>
          <Search size={16} aria-hidden />
          <input
            data-autofocus
            placeholder="Search or jump to"
            role="combobox"
            aria-label="Search or jump to"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={commands[current] ? `${listId}-${current}` : undefined}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setChosen(0);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <div ref={list} id={listId} role="listbox" aria-label="Results" className={classes.list}>
          {commands.length === 0 && <div className={classes.none}>Nothing by that name</div>}
          {commands.map((command, index) => (
            <div key={command.id} role="presentation">
              {command.group !== commands[index - 1]?.group && (
                <div className={classes.group} role="presentation">
                  {command.group}
                </div>
              )}
              <div
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === current}
                className={classes.option}
                onMouseMove={() => setChosen(index)}
                onClick={() => run(command)}
              >
                <command.icon size={15} aria-hidden />
                <span>{command.label}</span>
              </div>
            </div>
          ))}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

const firstLine = (message: string) => message.trim().split('\n', 1)[0] ?? '';

function useCommands(text: string): Command[] {
  const navigate = useNavigate();
  const { repository } = useParams({ strict: false });
  const [settled] = useDebouncedValue(text, 120);
  const repositories = useInfiniteQuery(repositoriesQuery());
  const refs = useQuery({
    ...refSuggestionsQuery(repository ?? '', settled),
    enabled: repository !== undefined && settled !== '',
  });
  const keptSearch = useKeptSearch(repository ?? '');
  const shown = useShownRef(repository ?? '');
  const ref = shown.ref ?? shown.main;
  const things = useFound(repository, ref, settled.trim());
  const wanted = text.trim().toLowerCase();
  const matches = (label: string) => label.toLowerCase().includes(wanted);
  const commands: Command[] = [];

  if (repository !== undefined) {
    for (const { to, label, icon } of repositoryDestinations) {
      const run = () => void navigate({ to, params: { repository }, search: keptSearch(to) });
      if (matches(label)) commands.push({ id: to, group: repository, label, icon, run });
    }
    const found = wanted === '' ? undefined : refs.data;
    const few = <Item,>(items: readonly Item[] | undefined) => (items ?? []).slice(0, refsMax);
    const addRef = (id: string, group: string, icon: LucideIcon) => {
      const run = () =>
        void navigate({
          to: '/repositories/$repository/objects',
          params: { repository },
          search: { ref: id },
        });
      commands.push({ id: `${group}/${id}`, group, label: id, icon, run });
    };
    for (const { id } of few(found?.branches)) addRef(id, 'Branches', GitBranch);
    for (const { id } of few(found?.tags)) addRef(id, 'Tags', Tag);
    const add = (
      group: string,
      among: string,
      id: string,
      label: string,
      icon: LucideIcon,
      run: () => void,
    ) =>
      commands.push({
        id: `${group}/${id}`,
        group: among === '' ? group : `${group} (${among})`,
        label,
        icon,
        run,
      });
    const params = { repository };
    for (const { id } of things.sweeps.items)
      add('Sweeps', things.sweeps.among, id, id, Grid3x3, () => {
        void navigate({
          to: '/repositories/$repository/experiments/sweeps/$sweep',
          params: { repository, sweep: id },
        });
      });
    for (const { id, name } of things.runs.items)
      add('Runs', things.runs.among, id, name, FlaskConical, () => {
        void navigate({
          to: '/repositories/$repository/experiments/runs/$run',
          params: { repository, run: id },
        });
      });
    for (const path of things.paths.items)
      add(`Objects on ${shortCommit(ref ?? '')}`, things.paths.among, path, path, File, () => {
        const folder = path.slice(0, path.lastIndexOf('/') + 1);
        void navigate({
          to: '/repositories/$repository/objects',
          params,
          search: { ref, path: folder === '' ? undefined : folder, object: path },
        });
      });
    for (const { id, message } of things.commits.items)
      add(
        'Commits',
        things.commits.among,
        id,
        `${firstLine(message)} ${shortCommit(id)}`,
        GitCommitHorizontal,
        () => {
          void navigate({
            to: '/repositories/$repository/commits/$commit',
            params: { repository, commit: id },
          });
        },
      );
  }
  const names = (repositories.data?.pages ?? []).flatMap((page) => page.results.map((each) => each.id));
  for (const name of names.filter(matches).slice(0, repositoriesMax)) {
    const run = () =>
      void navigate({ to: '/repositories/$repository/objects', params: { repository: name } });
    commands.push({ id: `repository/${name}`, group: 'Repositories', label: name, icon: Library, run });
  }
  for (const { to, label, icon } of topDestinations) {
    if (matches(label))
      commands.push({ id: to, group: 'Pages', label, icon, run: () => void navigate({ to }) });
  }
  return commands;
}
