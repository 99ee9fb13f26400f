import { Button, Checkbox, Popover, Switch, TextInput } from '@mantine/core';
import { Columns3 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import classes from './ColumnsMenu.module.css';
import { metricField, paramField, runFields, type Field, type FieldNames } from './model/fields';

/** Shown unless the URL says otherwise. */
const usualRunFields = ['state', 'duration', 'created', 'sweep', 'commit'];

/** All columns there are, in the order in which they stand: state, parameters, metrics, the rest. */
export function allColumns(names: FieldNames): Field[] {
  const [state, ...rest] = runFields;
  return [
    ...(state ? [state] : []),
    ...names.params.map(paramField),
    ...names.metrics.map(metricField),
    ...rest,
  ];
}

export function usualColumns(names: FieldNames): Field[] {
  return allColumns(names).filter(({ id, kind }) => kind !== 'run' || usualRunFields.includes(id));
}

/** Those of the URL, or the usual ones; without those that are equal everywhere. */
export function shownColumns(
  names: FieldNames,
  chosen: readonly string[] | undefined,
  showEqual: boolean,
  mainMetric: string | undefined,
): Field[] {
  const wanted = chosen === undefined ? undefined : new Set(chosen);
  const columns = wanted ? allColumns(names).filter(({ id }) => wanted.has(id)) : usualColumns(names);
  const shown = showEqual ? columns : columns.filter(({ id }) => !names.equal.has(id));
  // The main metric stands before all others: it is what one looks for, and the pane may be narrow.
  const main = shown.findIndex(({ id }) => id === `metric.${mainMetric}`);
  if (main > 0) shown.unshift(...shown.splice(main, 1));
  return shown;
}

export interface ColumnsMenuProps {
  names: FieldNames;
  chosen: readonly string[] | undefined;
  onChange: (columns: string[] | undefined) => void;
  showEqual: boolean;
  onShowEqual: (show: boolean) => void;
}

export function ColumnsMenu({
  names,
  chosen,
  onChange,
  showEqual,
  onShowEqual,
}: ColumnsMenuProps): ReactElement {
  const [text, setText] = useState('');
  const columns = allColumns(names);
  const shown = new Set(chosen ?? usualColumns(names).map(({ id }) => id));
  const hiddenEqual = columns.filter(({ id }) => shown.has(id) && names.equal.has(id)).length;
  const set = (ids: readonly string[], isShown: boolean) => {
    const next = new Set(shown);
    for (const id of ids) {
      if (isShown) next.add(id);
      else next.delete(id);
    }
    onChange(columns.filter(({ id }) => next.has(id)).map(({ id }) => id));
  };
  const groups = [
    { title: 'Parameters', kind: 'param' },
    { title: 'Metrics', kind: 'metric' },
    { title: 'Run', kind: 'run' },
  ];
  return (
    <Popover position="bottom-end" width={290} shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Button variant="default" leftSection={<Columns3 size={14} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <TextInput
          size="xs"
          placeholder="Find a column"
          aria-label="Find a column"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Switch
          size="xs"
          mt={10}
          label={`Hide columns equal in all runs${hiddenEqual > 0 ? ` (${hiddenEqual})` : ''}`}
          checked={!showEqual}
          onChange={(event) => onShowEqual(!event.currentTarget.checked)}
        />
        <div className={classes.list}>
          {groups.map(({ title, kind }) => {
            const its = columns.filter(
              (column) => column.kind === kind && column.label.toLowerCase().includes(text.toLowerCase()),
            );
            if (its.length === 0) return null;
            const ids = its.map(({ id }) => id);
            const all = ids.every((id) => shown.has(id));
            return (
              <fieldset key={kind} className={classes.group}>
                <legend>
                  {title}
                  <button type="button" onClick={() => set(ids, !all)}>
                    {all ? 'None' : 'All'}
                  </button>
                </legend>
                {its.map(({ id, label }) => (
                  <Checkbox
                    key={id}
                    size="xs"
                    label={label}
                    checked={shown.has(id)}
                    onChange={(event) => set([id], event.currentTarget.checked)}
                  />
                ))}
              </fieldset>
            );
          })}
        </div>
        {chosen !== undefined && (
          <Button variant="subtle" size="compact-xs" mt={8} onClick={() => onChange(undefined)}>
            Back to the usual columns
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
