import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { Entry } from '../../api/entries';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { formatPlural } from '../../ui/format';
import { visibleText } from '../preview/content';
import classes from './browser.module.css';

const listedMax = 6;

export interface Deletion {
  /** Deletes objects by their paths; answers those that could not be. */
  remove: (paths: readonly string[]) => Promise<readonly { message: string }[]>;
  /** All objects of a folder, a page at a time. */
  below: (folder: string) => AsyncIterable<string[]>;
}

/** Deletes objects, and folders with all that is in them. */
export function DeleteEntries({
  entries,
  deletion,
  explanation,
  typeToConfirm,
  onClose,
  onDeleted,
}: {
  entries: readonly Entry[];
  deletion: Deletion;
  /** What it means here: to be committed, or for good. */
  explanation: ReactNode;
  typeToConfirm?: string;
  onClose: () => void;
  /** Also after a part of it. */
  onDeleted: () => Promise<unknown>;
}): ReactElement {
  const [deleted, setDeleted] = useState(0);
  const [one] = entries;
  const title =
    entries.length === 1 && one
      ? `Delete ${one.isFolder ? 'the folder ' : ''}${visibleText(one.path)}`
      : `Delete ${countText(entries)}`;
  const run = async () => {
    let count = 0;
    const failed: string[] = [];
    const removeAll = async (paths: readonly string[]) => {
      if (paths.length === 0) return;
      const errors = await deletion.remove(paths);
      count += paths.length - errors.length;
      failed.push(...errors.map((error) => error.message));
      setDeleted(count);
    };
    try {
      await removeAll(entries.filter((entry) => !entry.isFolder).map((entry) => entry.path));
      for (const folder of entries.filter((entry) => entry.isFolder)) {
        for await (const paths of deletion.below(folder.path)) await removeAll(paths);
      }
    } finally {
      await onDeleted();
    }
    if (failed[0] !== undefined) {
      throw new Error(`${formatPlural(failed.length, 'object')} could not be deleted: ${failed[0]}`);
    }
    notifications.show({ message: `${formatPlural(count, 'object')} deleted.` });
  };
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={title}
      confirmLabel="Delete"
      danger
      typeToConfirm={typeToConfirm}
      onConfirm={run}
    >
      {entries.length > 1 && (
        <ul className={classes.deleteList}>
          {entries.slice(0, listedMax).map((entry) => (
            <li key={entry.path}>
              <bdi>{visibleText(entry.path)}</bdi>
            </li>
          ))}
          {entries.length > listedMax && <li>and {entries.length - listedMax} more</li>}
        </ul>
      )}
      {entries.some((entry) => entry.isFolder) && (
        <Text size="sm" mb="xs">
          All that is in {entries.length === 1 ? 'it' : 'the folders'} is deleted too.
        </Text>
      )}
      <Text size="sm">{explanation}</Text>
      {deleted > 0 && (
        <Text size="sm" mt="xs" role="status">
          {formatPlural(deleted, 'object')} deleted so far.
        </Text>
      )}
    </ConfirmDialog>
  );
}

export function countText(entries: readonly Entry[]): string {
  const folders = entries.filter((entry) => entry.isFolder).length;
  const objects = entries.length - folders;
  const parts = [];
  if (objects > 0) parts.push(formatPlural(objects, 'object'));
  if (folders > 0) parts.push(formatPlural(folders, 'folder'));
  return parts.join(' and ');
}
