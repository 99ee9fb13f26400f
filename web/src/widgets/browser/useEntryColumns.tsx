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

export const entrySortColumns = ['name', 'size', 'modified', 'type'] as const;

export function entrySortColumn(column: string): (typeof entrySortColumns)[number] | undefined {
  return entrySortColumns.find((each) => each === column);
}

/** What an entry is sorted by; folders have a name and a type alone. */
export function entrySortValue(entry: Entry, column: string): string | number | undefined {
  if (column === 'name') return nameOf(entry.path);
  if (column === 'size') return entry.isFolder ? undefined : entry.sizeBytes;
  if (column === 'modified') return entry.modifiedMs;
  return typeLabel(entry);
}

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
        sortable: true,
        width: 150,
        grow: true,
        cell: (entry) => <EntryName entry={entry}>{link(entry, visibleText(nameOf(entry.path)))}</EntryName>,
      },
      {
        id: 'size',
        header: 'Size',
        sortable: true,
        width: 100,
        align: 'right',
        cell: (entry) => (entry.isFolder ? '' : <Bytes value={entry.sizeBytes} />),
      },
      {
        id: 'modified',
        header: 'Modified',
        sortable: true,
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
        sortable: true,
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
