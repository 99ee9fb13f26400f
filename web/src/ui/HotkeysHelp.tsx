import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useHotkeyGroups } from './hotkeys';

const tableKeys = {
  title: 'In a list',
  hotkeys: [
    { keys: '↑ ↓', description: 'Next and previous row' },
    { keys: 'Home End', description: 'First and last row' },
    { keys: 'Enter', description: 'Open' },
    { keys: 'Space', description: 'Select' },
    { keys: 'Shift+↓', description: 'Select a range' },
    { keys: 'Shift+F10', description: 'Menu of the row' },
  ],
};

/** All keys that do something on this page. */
export function HotkeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }): ReactElement {
  const groups = useHotkeyGroups();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" size="md">
      <Stack gap="lg">
        {[...groups, tableKeys].map((group) => (
          <section key={group.title} aria-label={group.title}>
            <Text fw={600} size="sm" mb={6}>
              {group.title}
            </Text>
            <Stack gap={6}>
              {group.hotkeys.map((hotkey) => (
                <Group key={hotkey.keys} justify="space-between" wrap="nowrap">
                  <span>{hotkey.description}</span>
                  <Group gap={4} wrap="nowrap">
                    {hotkey.keys.split(' ').map((key) => (
                      <Kbd key={key}>{shown(key)}</Kbd>
                    ))}
                  </Group>
                </Group>
              ))}
            </Stack>
          </section>
        ))}
      </Stack>
    </Modal>
  );
}

const isMac = /mac/i.test(navigator.userAgent);

function shown(key: string): string {
  return key.replace('mod+', isMac ? '⌘ ' : 'Ctrl ');
}
