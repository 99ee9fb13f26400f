import { Clipboard, Download, Eye, FolderOpen, History, Info, Link2, Trash2 } from 'lucide-react';
import type { Entry } from '../../api/entries';
import { objectUrl, presignedUrl } from '../../api/queries/objects';
import type { RowAction } from '../../ui/DataTable/types';
import { copyWithNotice, download, runWithNotice } from '../../widgets/browser/download';
import { nameOf } from '../../widgets/browser/entries';

export interface EntryActions {
  repository: string;
  ref: string;
  isBranch: boolean;
  open: () => void;
  showInfo: () => void;
  showHistory: () => void;
  remove: () => void;
}

/** What can be done with an object or a folder. */
export function entryMenu(entry: Entry, actions: EntryActions): RowAction[] {
  const { repository, ref, isBranch } = actions;
  const copyIcon = <Clipboard size={14} aria-hidden />;
  const menu: RowAction[] = entry.isFolder
    ? [{ label: 'Open', icon: <FolderOpen size={14} aria-hidden />, onSelect: actions.open }]
    : [
        { label: 'Preview', icon: <Eye size={14} aria-hidden />, onSelect: actions.open },
        { label: 'Object info', icon: <Info size={14} aria-hidden />, onSelect: actions.showInfo },
        {
          label: 'Download',
          icon: <Download size={14} aria-hidden />,
          onSelect: () => download(objectUrl(repository, ref, entry.path), nameOf(entry.path)),
        },
      ];
  menu.push(
    { label: 'History', icon: <History size={14} aria-hidden />, onSelect: actions.showHistory },
    {
      label: 'Copy path',
      icon: copyIcon,
      separated: true,
      onSelect: () => copyWithNotice(entry.path, 'Path'),
    },
    {
      label: 'Copy lakefs:// URI',
      icon: copyIcon,
      onSelect: () => copyWithNotice(`lakefs://${repository}/${ref}/${entry.path}`, 'URI'),
    },
    {
      label: 'Copy s3:// URI',
      icon: copyIcon,
      onSelect: () => copyWithNotice(`s3://${repository}/${ref}/${entry.path}`, 'URI'),
    },
  );
  if (!entry.isFolder) {
    menu.push({
      label: 'Copy presigned URL',
      icon: <Link2 size={14} aria-hidden />,
      onSelect: () =>
        runWithNotice(
          presignedUrl(repository, `${ref}/${entry.path}`).then(({ url }) =>
            copyWithNotice(url, 'A URL that works for an hour was'),
          ),
        ),
    });
  }
  menu.push({
    label: 'Delete',
    icon: <Trash2 size={14} aria-hidden />,
    danger: true,
    separated: true,
    disabled: !isBranch,
    onSelect: actions.remove,
  });
  return menu;
}
