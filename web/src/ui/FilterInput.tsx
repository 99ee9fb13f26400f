import { CloseButton, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';

/** The first key is told at once, those that follow so soon together. */
const pauseMs = 60;

export interface FilterInputProps {
  value: string;
  /** Called at the first key, and then when `pauseMs` have gone by. */
  onChange: (value: string) => void;
  placeholder: string;
  width?: number;
}

/** A field that filters the list below it. Escape empties it; the key `/` goes there. */
export function FilterInput({ value, onChange, placeholder, width = 260 }: FilterInputProps): ReactElement {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  // Told and not yet come back as `value`, the oldest first.
  const [told, setTold] = useState<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const waiting = useRef<string>(undefined);
  const latest = useRef({ onChange, told: value });
  useLayoutEffect(() => {
    latest.current = { onChange, told: told.at(-1) ?? value };
  });
  if (seen !== value) {
    setSeen(value);
    const at = told.indexOf(value);
    setTold(told.slice(at + 1));
    // It may also change from outside (back button): that wins over what was typed.
    if (at === -1) setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = () => {
    const next = waiting.current;
    waiting.current = undefined;
    timer.current = undefined;
    if (next === undefined) return;
    timer.current = setTimeout(tell, pauseMs);
    if (next === latest.current.told) return;
    setTold((known) => [...known, next]);
    latest.current.onChange(next);
  };
  const change = (next: string) => {
    setTyped(next);
    waiting.current = next;
    if (timer.current === undefined) tell();
  };
  return (
    <TextInput
      w={width}
      maw="100%"
      placeholder={placeholder}
      aria-label={placeholder}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed !== '') {
          event.stopPropagation();
          change('');
        }
      }}
      leftSection={<Search size={14} aria-hidden />}
      rightSection={
        typed === '' ? null : <CloseButton size="sm" aria-label="Clear filter" onClick={() => change('')} />
      }
      spellCheck={false}
      autoComplete="off"
      data-filter-input
    />
  );
}
