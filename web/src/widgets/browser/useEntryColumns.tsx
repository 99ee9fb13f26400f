import { useMemo, type ReactNode } from 'react';
import type { Entry } from '../../api/entries';
import type { Column } from '../../ui/DataTable/types';
import { Bytes, RelativeTime } from '../../ui/figures';
import { visibleText } from '../preview/content';
import classes from './browser.module.css';
import { nameOf, typeLabel } from './entries';
import { EntryName } from './EntryName';

/** Columns that are left out beside an open object. */
export const detailColumns: ReadonlySet<string> = new Set(['size', 'modified', 'type']);

/** `link` makes the name lead somewhere; it has to be stable. `typeOf` answers undefined where the usual type will do. */
export function useEntryColumns(
  link: (entry: Entry, name: string) => ReactNode,
  typeOf?: (entry: Entry) => string | undefined,
): Column<Entry>[] {
  return useMemo(
    () => [
      {
        id: 'name',
        header: 'Name',
        width: 150,
        grow: true,
        cell: (entry) => <EntryName entry={entry}>{link(entry, visibleText(nameOf(entry.path)))}</EntryName>,
      },
      {
        id: 'size',
        header: 'Size',
        width: 100,
        align: 'right',
        cell: (entry) => (entry.isFolder ? '' : <Bytes value={entry.sizeBytes} />),
      },
      {
        id: 'modified',
        header: 'Modified',
        width: 150,
        cell: (entry) =>
          entry.modifiedMs === undefined ? (
            ''
          ) : (
            <span className={classes.soft}>
              <RelativeTime ms={entry.modifiedMs} />
            </span>
          ),
      },
      {
        id: 'type',
        header: 'Type',
        width: 170,
        cell: (entry) => {
          const type = typeOf?.(entry) ?? typeLabel(entry);
          return (
            <span className={classes.soft} title={type}>
              {visibleText(type)}
            </span>
          );
        },
      },
    ],
    [link, typeOf],
  );
}
