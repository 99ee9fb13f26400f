import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FolderOpen, LayoutGrid, List, ListEnd, SearchX, Trash2 } from 'lucide-react';
import { useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { Entry } from '../../api/entries';
import { bucketObjectsQuery, keysBelow } from '../../api/queries/buckets';
import { deleteObjects } from '../../api/s3';
import type { Bucket } from '../../api/types';
import { uploads } from '../../api/uploads';
import { CommandBlock } from '../../ui/Code';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { Sort } from '../../ui/DataTable/types';
import type { DroppedFile } from '../../ui/dropped-files';
import { EmptyState } from '../../ui/EmptyState';
import { FilterInput } from '../../ui/FilterInput';
import { formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { Breadcrumbs, Page } from '../../ui/Page';
import browser from '../../widgets/browser/browser.module.css';
import { countText, DeleteEntries } from '../../widgets/browser/DeleteEntries';
import { copyWithNotice } from '../../widgets/browser/download';
import { DropZone } from '../../widgets/browser/DropZone';
import { asFolder, entriesAt, nameOf, parentOf } from '../../widgets/browser/entries';
import { Gallery } from '../../widgets/browser/Gallery';
import { PathCrumbs } from '../../widgets/browser/PathCrumbs';
import { UploadButton, type UploadButtonHandle } from '../../widgets/browser/UploadButton';
import {
  detailColumns,
  entrySortColumn,
  entrySortValue,
  useEntryColumns,
} from '../../widgets/browser/useEntryColumns';
import { useEntrySearch } from '../../widgets/browser/useEntrySearch';
import { useSortedRows } from '../../widgets/browser/useSortedRows';
import { bucketSource } from '../../widgets/preview/source';
import { BucketObjectInfo } from './BucketObjectInfo';
import classes from './buckets.module.css';
import { entryMenu, downloadKey } from './entry-menu';
import { NamespaceBanner } from './NamespaceBanner';
import { OpenBucketObject } from './OpenBucketObject';
import { OpenUploads } from './OpenUploads';
import { useNamespaces } from './useNamespaces';

const route = getRouteApi('/buckets/$bucket');

const viewChoices = [
  { value: 'list', label: <List size={15} display="block" aria-label="List" role="img" /> },
  { value: 'gallery', label: <LayoutGrid size={15} display="block" aria-label="Gallery" role="img" /> },
];

/** What is in a bucket, folder by folder. A repository's namespace can be looked at here, and is changed by the repository only. */
export function BucketObjects({ bucket: about }: { bucket: Bucket }): ReactElement {
  const bucket = about.name;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const folder = asFolder(search.prefix ?? '');
  const filter = search.filter ?? '';
  const { source: listed, note } = useEntrySearch(
    useInfiniteQuery(bucketObjectsQuery(bucket, folder + filter)),
    useInfiniteQuery({ ...bucketObjectsQuery(bucket, folder), enabled: filter !== '' }),
    folder,
    filter,
  );
  const sort = useMemo(
    (): Sort | undefined =>
      search.sort === undefined ? undefined : { column: search.sort, direction: search.dir ?? 'asc' },
    [search.sort, search.dir],
  );
  const { sortNote, ...source } = useSortedRows(listed, sort, entrySortValue);
  const { owner, typeOf } = useNamespaces(about, folder);
  const listKey = `${bucket}\n${folder}\n${filter}`;
  const [selected, setSelected] = useState<{ key: string; paths: ReadonlySet<string> }>();
  const selection = selected?.key === listKey ? selected.paths : none;
  const [deleting, setDeleting] = useState<readonly Entry[]>();
  const uploadButton = useRef<UploadButtonHandle>(null);
  const isWritable = owner === undefined;

  const open = (entry: Entry) =>
    void navigate({
      search: (old) => (entry.isFolder ? folderSearch(old, entry.path) : { ...old, object: entry.path }),
    });
  const columns = useEntryColumns(rowLink, typeOf);
  const upload = (files: DroppedFile[]) =>
    uploads.add(
      bucket,
      files.map(({ path, file }) => ({ key: folder + path, file })),
    );
  const chosen = useMemo(() => entriesAt(listed.rows, selection), [listed.rows, selection]);
  useHotkeys('Objects', [
    {
      keys: 'u',
      description: 'Upload files',
      onPress: () => isWritable && uploadButton.current?.chooseFiles(),
    },
    {
      keys: 'p',
      description: 'To the folder above',
      onPress: () => folder !== '' && void navigate({ search: (old) => folderSearch(old, parentOf(folder)) }),
    },
    {
      keys: 'v',
      description: 'List or gallery',
      onPress: () =>
        void navigate({
          search: (old) => ({ ...old, view: old.view ? undefined : 'gallery' }),
          replace: true,
        }),
    },
  ]);
  const empty = (
    <Nothing
      folder={folder}
      filter={filter}
      command={`aws --endpoint-url ${window.location.origin} s3 cp --recursive ./data s3://${bucket}/${folder}`}
    />
  );
  const isOpen = search.object !== undefined;
  const shown = search.object ?? folder;
  return (
    <Page
      title={shown === '' ? bucket : `${nameOf(shown)} · ${bucket}`}
      heading={bucket}
      fill
      crumbs={
        <Breadcrumbs>
          <Link to="/buckets">Buckets</Link>
        </Breadcrumbs>
      }
      actions={
        <>
          <Button
            variant="default"
            leftSection={<ListEnd size={15} aria-hidden />}
            onClick={() => void navigate({ search: (old) => ({ ...old, uploads: true }) })}
          >
            Incomplete uploads
          </Button>
          <UploadButton ref={uploadButton} disabled={!isWritable} onFiles={upload} />
        </>
      }
      toolbar={
        <>
          <PathCrumbs
            root={bucket}
            folder={folder}
            link={(path, name) => (
              <Link from="/buckets/$bucket" to="/buckets/$bucket" search={(old) => folderSearch(old, path)}>
                {name}
              </Link>
            )}
          />
          <div className={classes.spacer} />
          <FilterInput
            value={filter}
            placeholder="Names with"
            width={210}
            onChange={(value) =>
              void navigate({ search: (old) => ({ ...old, filter: value || undefined }), replace: true })
            }
          />
          <SegmentedControl
            size="xs"
            aria-label="List or gallery"
            data={viewChoices}
            value={search.view ?? 'list'}
            onChange={(value) =>
              void navigate({
                search: (old) => ({ ...old, view: value === 'gallery' ? 'gallery' : undefined }),
                replace: true,
              })
            }
          />
        </>
      }
    >
      {owner && <NamespaceBanner repository={owner.id} />}
      <DropZone
        target={`${bucket}/${folder}`}
        refusal={isWritable ? undefined : 'A namespace is written to by its repository only.'}
        onFiles={upload}
      >
        <div className={`${browser.split} ${isOpen ? browser.withObject : ''}`}>
          <div className={browser.listPane}>
            {search.view === 'gallery' ? (
              <Gallery
                listId={listKey}
                source={source}
                sourceOf={(entry) =>
                  bucketSource(bucket, entry.path, { etag: entry.version, size: entry.sizeBytes })
                }
                link={(entry, content) => <EntryLink entry={entry}>{content}</EntryLink>}
                empty={empty}
              />
            ) : (
              <DataTable
                listId={listKey}
                label="Objects"
                {...source}
                columns={columns}
                sort={sort}
                onSortChange={({ column, direction }) =>
                  void navigate({
                    search: (old) => ({
                      ...old,
                      sort: entrySortColumn(column),
                      dir: direction === 'desc' ? direction : undefined,
                    }),
                    replace: true,
                  })
                }
                hiddenColumns={isOpen ? detailColumns : undefined}
                rowId={(entry) => entry.path}
                currentId={search.object ?? search.info}
                selection={selection}
                onSelectionChange={(paths) => setSelected({ key: listKey, paths })}
                onOpen={open}
                rowMenu={(entry) =>
                  entryMenu(entry, {
                    bucket,
                    isWritable: isWritable && typeOf(entry) === undefined,
                    open: () => open(entry),
                    showInfo: () => void navigate({ search: (old) => ({ ...old, info: entry.path }) }),
                    remove: () => setDeleting([entry]),
                  })
                }
                errorTitle="The objects could not be listed"
                empty={empty}
              />
            )}
            {(source.rows.length > 0 || note !== null) && !isOpen && (
              <div className={classes.foot}>
                {formatPlural(source.rows.length, 'entry', 'entries')}
                {source.hasMore && ' loaded, more below'}
                {note !== null && <> · {note}</>}
                {sortNote !== undefined && `; ${sortNote}`}
              </div>
            )}
          </div>
          {search.object !== undefined && (
            <OpenBucketObject
              bucket={bucket}
              objectKey={search.object}
              kind={search.as}
              entries={source.rows}
              onKindChange={(as) => void navigate({ search: (old) => ({ ...old, as }), replace: true })}
              onOpen={(object) =>
                void navigate({ search: (old) => ({ ...old, object, as: undefined }), replace: true })
              }
              onInfo={(info) => void navigate({ search: (old) => ({ ...old, info }) })}
              onDownload={(key) => downloadKey(bucket, key)}
              onClose={() =>
                void navigate({ search: (old) => ({ ...old, object: undefined, as: undefined }) })
              }
            />
          )}
        </div>
      </DropZone>
      {/* Below the list: what comes above it would move its rows under the mouse. */}
      {chosen.length > 0 && (
        <div className={classes.selectionBar} role="status">
          <span>{countText(chosen)} selected</span>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => copyWithNotice(chosen.map((entry) => entry.path).join('\n'), 'Keys')}
          >
            Copy keys
          </Button>
          {isWritable && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<Trash2 size={14} aria-hidden />}
              onClick={() => setDeleting(chosen)}
            >
              Delete
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" onClick={() => setSelected(undefined)}>
            Clear selection
          </Button>
        </div>
      )}
      <BucketObjectInfo
        bucket={bucket}
        objectKey={search.info}
        onClose={() => void navigate({ search: (old) => ({ ...old, info: undefined }), replace: true })}
      />
      <OpenUploads
        bucket={bucket}
        opened={search.uploads === true}
        onClose={() => void navigate({ search: (old) => ({ ...old, uploads: undefined }), replace: true })}
      />
      {deleting && (
        <DeleteEntries
          entries={deleting}
          deletion={{
            remove: (keys) => deleteObjects(bucket, keys),
            below: (path) => keysBelow(bucket, path),
          }}
          explanation="What is deleted in a bucket is gone for good. What repositories imported of it, they keep."
          typeToConfirm={deleting.some((entry) => entry.isFolder) ? 'delete' : undefined}
          onClose={() => setDeleting(undefined)}
          onDeleted={async () => {
            setSelected(undefined);
            if (deleting.some((entry) => entry.path === search.object)) {
              await navigate({ search: (old) => ({ ...old, object: undefined }), replace: true });
            }
            await queryClient.invalidateQueries({ queryKey: ['buckets'] });
          }}
        />
      )}
    </Page>
  );
}

function EntryLink({
  entry,
  tabIndex,
  children,
}: {
  entry: Entry;
  tabIndex?: number;
  children: ReactNode;
}): ReactElement {
  return (
    <Link
      from="/buckets/$bucket"
      to="/buckets/$bucket"
      search={(old) => (entry.isFolder ? folderSearch(old, entry.path) : { ...old, object: entry.path })}
      tabIndex={tabIndex}
      preload={false}
      title={entry.path}
    >
      {children}
    </Link>
  );
}

/** In a table it is the row that has the focus. */
const rowLink = (entry: Entry, name: string) => (
  <EntryLink entry={entry} tabIndex={-1}>
    {name}
  </EntryLink>
);

const none: ReadonlySet<string> = new Set();

function folderSearch<Search extends object>(old: Search, path: string) {
  return {
    ...old,
    prefix: path || undefined,
    filter: undefined,
    object: undefined,
    as: undefined,
    info: undefined,
  };
}

function Nothing({
  folder,
  filter,
  command,
}: {
  folder: string;
  filter: string;
  command: string;
}): ReactElement {
  if (filter !== '') {
    return (
      <EmptyState title={`No name has “${filter}”`} icon={<SearchX size={20} aria-hidden />}>
        Any part of a name is found, whatever the case of its letters, in this folder.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={folder === '' ? 'This bucket is empty' : 'Nothing is in this folder'}
      icon={<FolderOpen size={20} aria-hidden />}
      actions={<CommandBlock commands={command} />}
    >
      Drop files or folders here, or fill it with any S3 client.
    </EmptyState>
  );
}
