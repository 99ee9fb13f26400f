import { Clipboard, Download, Eye, FolderOpen, Info, Link2, Trash2 } from 'lucide-react';
import type { Entry } from '../../api/entries';
import { presignedUrl } from '../../api/queries/objects';
import type { RowAction } from '../../ui/DataTable/types';
import { copyWithNotice, download, runWithNotice } from '../../widgets/browser/download';
import { nameOf } from '../../widgets/browser/entries';

export interface EntryActions {
  bucket: string;
  isWritable: boolean;
  open: () => void;
  showInfo: () => void;
  remove: () => void;
}

/** A browser sends no S3 signature when it follows a link: the URL carries one. */
export function downloadKey(bucket: string, key: string): void {
  runWithNotice(presignedUrl(bucket, key).then(({ url }) => download(url, nameOf(key))));
}

/** What can be done with an object or a folder. */
export function entryMenu(entry: Entry, actions: EntryActions): RowAction[] {
  const { bucket, isWritable } = actions;
  const copyIcon = <Clipboard size={14} aria-hidden />;
  const menu: RowAction[] = entry.isFolder
    ? [{ label: 'Open', icon: <FolderOpen size={14} aria-hidden />, onSelect: actions.open }]
    : [
        { label: 'Preview', icon: <Eye size={14} aria-hidden />, onSelect: actions.open },
        { label: 'Object info', icon: <Info size={14} aria-hidden />, onSelect: actions.showInfo },
        {
          label: 'Download',
          icon: <Download size={14} aria-hidden />,
          onSelect: () => downloadKey(bucket, entry.path),
        },
      ];
  menu.push(
    {
      label: 'Copy key',
      icon: copyIcon,
      separated: true,
      onSelect: () => copyWithNotice(entry.path, 'Key'),
    },
    {
      label: 'Copy s3:// URI',
      icon: copyIcon,
      onSelect: () => copyWithNotice(`s3://${bucket}/${entry.path}`, 'URI'),
    },
  );
  if (!entry.isFolder) {
    menu.push({
      label: 'Copy presigned URL',
      icon: <Link2 size={14} aria-hidden />,
      onSelect: () =>
        runWithNotice(
          presignedUrl(bucket, entry.path).then(({ url }) =>
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
    disabled: !isWritable,
    onSelect: actions.remove,
  });
  return menu;
}
