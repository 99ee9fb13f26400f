/**
 * Keys and what they do, kept where the `?` dialog finds them. A page declares its own with `useHotkeys`; they hold while
 * it is shown, and never while one types into a field.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Hotkey {
  /** As `KeyboardEvent.key`: "n", "?", "Escape"; "mod+k" is Ctrl or Command with k; "g h" is g, then h. */
  keys: string;
  description: string;
  onPress: () => void;
}

interface Group {
  title: string;
  hotkeys: readonly Omit<Hotkey, 'onPress'>[];
}

const sequenceMs = 900;
let groups: readonly Group[] = [];
const listeners = new Set<() => void>();

function setGroups(next: readonly Group[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What can be pressed at present. */
export function useHotkeyGroups(): readonly Group[] {
  return useSyncExternalStore(subscribe, () => groups);
}

/** Declares keys for as long as the component is shown. `title` heads them in the dialog. */
export function useHotkeys(title: string, hotkeys: readonly Hotkey[]): void {
  const latest = useRef(hotkeys);
  useEffect(() => {
    latest.current = hotkeys;
  });
  const described = JSON.stringify(hotkeys.map(({ keys, description }) => ({ keys, description })));

  useEffect(() => {
    const group: Group = { title, hotkeys: JSON.parse(described) as Group['hotkeys'] };
    setGroups([...groups, group]);
    return () => setGroups(groups.filter((other) => other !== group));
  }, [title, described]);

  useEffect(() => {
    let pressed = '';
    let pressedAt = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const mod = event.ctrlKey || event.metaKey;
      if (!mod && (isTyping(event.target) || isInOverlay(event.target))) return;
      const key = mod ? `mod+${event.key.toLowerCase()}` : event.key;
      const sequence = event.timeStamp - pressedAt < sequenceMs ? `${pressed} ${key}` : '';
      pressed = key;
      pressedAt = event.timeStamp;
      const hit = latest.current.find((hotkey) => hotkey.keys === key || hotkey.keys === sequence);
      if (!hit) return;
      event.preventDefault();
      hit.onPress();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Keys in a dialog or a menu are its own, not those of the page below it. */
function isInOverlay(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
