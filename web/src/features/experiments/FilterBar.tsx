import { Combobox, useCombobox } from '@mantine/core';
import { Beaker, CircleDot, Filter, SquareDashedMousePointer, TextSearch, X } from 'lucide-react';
import { useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import type { Run, RunState } from '../../api/types';
import classes from './FilterBar.module.css';
import { brushText, conditionText, parseBrush, parseCondition, readConditions } from './model/conditions';
import type { FieldNames } from './model/fields';
import { suggest, type Suggestion } from './model/suggestions';
import { hasFilters, noFilters, someOf, type Filters } from './view';

interface Chip {
  key: string;
  icon: ReactNode;
  label: string;
  without: Partial<Filters>;
}

const iconSize = 12;

/** Filters as chips, and a field that makes them: `lr >= 0.01`, a state, a sweep, or any text. */
export function FilterBar({
  filters,
  onChange,
  names,
  runs,
  sweeps,
}: {
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
  names: FieldNames;
  /** Whose values are offered. */
  runs: readonly Run[];
  sweeps: readonly string[];
}): ReactElement {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string>();
  const chips = chipsOf(filters);
  const suggestions = combobox.dropdownOpened ? suggest(typed, names, runs, sweeps) : [];

  const take = (suggestion: Suggestion) => {
    setProblem(undefined);
    if (suggestion.kind === 'begin') {
      setTyped(suggestion.value);
      combobox.resetSelectedOption();
      return;
    }
    setTyped('');
    combobox.closeDropdown();
    const { value } = suggestion;
    if (suggestion.kind === 'where')
      onChange({ where: [value, ...(suggestion.more ?? [])].reduce(including<string>, filters.where ?? []) });
    else if (suggestion.kind === 'state') onChange({ state: including(filters.state, value as RunState) });
    else if (suggestion.kind === 'sweep') onChange({ sweep: value });
    else onChange({ q: value });
  };
  const submit = () => {
    if (typed.trim() === '') return;
    if (/[<>=!]/.test(typed)) {
      const conditions = readConditions(typed, names);
      if (typeof conditions === 'string') {
        setProblem(conditions);
        return;
      }
    }
    const first = suggest(typed, names, runs, sweeps)[0];
    if (first) take(first);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && combobox.getSelectedOptionIndex() === -1) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Backspace' && typed === '') {
      const last = chips.at(-1);
      if (last) onChange(last.without);
    }
  };
  return (
    <div className={classes.bar} role="search" aria-label="Filter runs">
      <Filter size={14} aria-hidden className={classes.icon} />
      {chips.map((chip) => (
        <span key={chip.key} className={classes.chip}>
          {chip.icon}
          <span title={chip.label}>{chip.label}</span>
          <button
            type="button"
            aria-label={`Remove filter ${chip.label}`}
            onClick={() => onChange(chip.without)}
          >
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      <Combobox
        store={combobox}
        width={320}
        position="bottom-start"
        onOptionSubmit={(key) => {
          const chosen = suggestions.find((each) => keyOf(each) === key);
          if (chosen) take(chosen);
        }}
      >
        <Combobox.Target>
          <input
            className={classes.input}
            placeholder={chips.length > 0 ? 'Add a filter' : 'Filter: lr>=0.01, a state, a sweep or any text'}
            aria-label="Filter runs"
            aria-invalid={problem !== undefined}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setProblem(undefined);
              combobox.openDropdown();
              combobox.resetSelectedOption();
            }}
            onFocus={() => combobox.openDropdown()}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            onKeyDown={onKeyDown}
            autoComplete="off"
            spellCheck={false}
            data-filter-input
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={suggestions.length === 0}>
          <Combobox.Options className={classes.options} aria-label="Filters">
            {suggestions.map((suggestion) => (
              <Combobox.Option key={keyOf(suggestion)} value={keyOf(suggestion)}>
                <span className={classes.option}>
                  {optionIcon(suggestion)}
                  <span>{suggestion.label}</span>
                  <small>{suggestion.kind === 'begin' ? suggestion.hint : hints[suggestion.kind]}</small>
                </span>
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {problem !== undefined && (
        <span role="alert" className={classes.problem}>
          {problem}
        </span>
      )}
      {hasFilters(filters) && (
        <button type="button" className={classes.clear} onClick={() => onChange(noFilters)}>
          Clear
        </button>
      )}
    </div>
  );
}

const hints = { where: 'filter', state: 'state', sweep: 'sweep', text: 'text' };

function keyOf({ kind, value }: Suggestion): string {
  return `${kind} ${value}`;
}

function optionIcon({ kind }: Suggestion): ReactElement {
  if (kind === 'state') return <CircleDot size={13} aria-hidden />;
  if (kind === 'sweep') return <Beaker size={13} aria-hidden />;
  if (kind === 'text') return <TextSearch size={13} aria-hidden />;
  return <Filter size={13} aria-hidden />;
}

function including<Item>(items: readonly Item[] | undefined, item: Item): Item[] {
  return [...(items ?? []).filter((each) => each !== item), item];
}

function without<Item>(items: readonly Item[] | undefined, item: Item): Item[] | undefined {
  return someOf((items ?? []).filter((each) => each !== item));
}

function chipsOf(filters: Filters): Chip[] {
  const chips: Chip[] = [];
  if (filters.sweep !== undefined) {
    const icon = <Beaker size={iconSize} aria-hidden />;
    chips.push({ key: 'sweep', icon, label: `sweep ${filters.sweep}`, without: { sweep: undefined } });
  }
  for (const state of filters.state ?? []) {
    const icon = <CircleDot size={iconSize} aria-hidden />;
    chips.push({
      key: `state ${state}`,
      icon,
      label: state,
      without: { state: without(filters.state, state) },
    });
  }
  for (const text of filters.where ?? []) {
    const condition = parseCondition(text);
    if (condition)
      chips.push({
        key: text,
        icon: null,
        label: conditionText(condition),
        without: { where: without(filters.where, text) },
      });
  }
  for (const text of filters.brush ?? []) {
    const brush = parseBrush(text);
    const icon = <SquareDashedMousePointer size={iconSize} aria-hidden />;
    if (brush)
      chips.push({
        key: `brush ${text}`,
        icon,
        label: brushText(brush),
        without: { brush: without(filters.brush, text) },
      });
  }
  if (filters.q !== undefined) {
    const icon = <TextSearch size={iconSize} aria-hidden />;
    chips.push({ key: 'text', icon, label: `“${filters.q}”`, without: { q: undefined } });
  }
  return chips;
}
