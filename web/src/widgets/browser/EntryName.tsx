import {
  Box,
  File,
  FileCode,
  FileImage,
  FileJson,
  FileSpreadsheet,
  FileText,
  Folder,
  NotebookText,
  type LucideIcon,
} from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { Entry } from '../../api/entries';
import { kindsOf, type PreviewKind } from '../preview/content';
import classes from './browser.module.css';

const icons: Record<PreviewKind, LucideIcon> = {
  image: FileImage,
  markdown: FileText,
  notebook: NotebookText,
  json: FileJson,
  table: FileSpreadsheet,
  parquet: FileSpreadsheet,
  text: FileCode,
  hex: Box,
};

export function EntryIcon({ entry, size = 15 }: { entry: Entry; size?: number }): ReactElement {
  const kind = kindsOf(entry.path, entry.contentType)?.[0];
  const Icon = entry.isFolder ? Folder : kind === undefined ? File : icons[kind];
  return <Icon size={size} aria-hidden className={entry.isFolder ? classes.folderIcon : classes.fileIcon} />;
}

/** Icon and link; names that would turn the direction of writing around stay by themselves. */
export function EntryName({ entry, children }: { entry: Entry; children: ReactNode }): ReactElement {
  return (
    <span className={classes.entryName}>
      <EntryIcon entry={entry} />
      <bdi>{children}</bdi>
    </span>
  );
}
