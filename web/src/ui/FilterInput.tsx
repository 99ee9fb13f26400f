import { CloseButton, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';

/** Two keys at once are one question; more would be felt as waiting. */
const debounceMs = 30;

export interface FilterInputProps {
  value: string;
  /** Called when typing pauses. */
  onChange: (value: string) => void;
  placeholder: string;
  width?: number;
}

/** A field that filters the list below it. Escape empties it; the key `/` goes there. */
export function FilterInput({ value, onChange, placeholder, width = 260 }: FilterInputProps): ReactElement {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The value may also change from outside (back button): it wins over what was typed.
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (next: string, delayMs: number) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setKnown(next);
      onChange(next);
    }, delayMs);
  };
  return (
    <TextInput
      w={width}
      maw="100%"
      placeholder={placeholder}
      aria-label={placeholder}
      value={typed}
      onChange={(event) => change(event.currentTarget.value, debounceMs)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed !== '') {
          event.stopPropagation();
          change('', 0);
        }
      }}
      leftSection={<Search size={14} aria-hidden />}
      rightSection={
        typed === '' ? null : (
          <CloseButton size="sm" aria-label="Clear filter" onClick={() => change('', 0)} />
        )
      }
      spellCheck={false}
      autoComplete="off"
      data-filter-input
    />
  );
}
