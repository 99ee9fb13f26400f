import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ArrowDownToLine, FolderOpen, LayoutGrid, List, SearchX, Trash2, Upload } from 'lucide-react';
import { useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { Entry } from '../../api/entries';
import { deletePaths, objectsQuery, objectUrl, pathsBelow, refKindQuery } from '../../api/queries/objects';
import { repositoryQuery } from '../../api/queries/repositories';
import { uploads } from '../../api/uploads';
import { CommandBlock } from '../../ui/Code';
import { DataTable } from '../../ui/DataTable/DataTable';
import type { RowAction, Sort } from '../../ui/DataTable/types';
import type { DroppedFile } from '../../ui/dropped-files';
import { EmptyState } from '../../ui/EmptyState';
import { FilterInput } from '../../ui/FilterInput';
import { formatPlural } from '../../ui/format';
import { useHotkeys } from '../../ui/hotkeys';
import { Page } from '../../ui/Page';
import browser from '../../widgets/browser/browser.module.css';
import { countText, DeleteEntries } from '../../widgets/browser/DeleteEntries';
import { copyWithNotice, download } from '../../widgets/browser/download';
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
import { repositorySource } from '../../widgets/preview/source';
import { entryMenu } from './entry-menu';
import { ObjectInfo } from './ObjectInfo';
import classes from './objects.module.css';
import { OpenObject } from './OpenObject';
import { RefBar } from './RefBar';

const route = getRouteApi('/repositories/$repository/objects');

const viewChoices = [
  { value: 'list', label: <List size={15} display="block" aria-label="List" role="img" /> },
  { value: 'gallery', label: <LayoutGrid size={15} display="block" aria-label="Gallery" role="img" /> },
];

/** The objects of a repository at a ref, folder by folder. */
export function ObjectsPage(): ReactElement {
  const { repository } = route.useParams();
  const search = route.useSearch();
  const navigateHere = route.useNavigate();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch ?? 'main';
  const ref = search.ref ?? defaultBranch;
  const folder = asFolder(search.path ?? '');
  const prefix = search.prefix ?? '';
  const refKind = useQuery(refKindQuery(repository, ref)).data;
  const isBranch = refKind === 'branch';
  const { source: listed, note } = useEntrySearch(
    useInfiniteQuery(objectsQuery(repository, ref, folder + prefix)),
    useInfiniteQuery({ ...objectsQuery(repository, ref, folder), enabled: prefix !== '' }),
    folder,
    prefix,
  );
  const sort = useMemo(
    (): Sort | undefined =>
      search.sort === undefined ? undefined : { column: search.sort, direction: search.dir ?? 'asc' },
    [search.sort, search.dir],
  );
  const { sortNote, ...source } = useSortedRows(listed, sort, entrySortValue);
  const listKey = `${repository}\n${ref}\n${folder}\n${prefix}`;
  const [selected, setSelected] = useState<{ key: string; paths: ReadonlySet<string> }>();
  // What was selected in one folder is not selected in another.
  const selection = selected?.key === listKey ? selected.paths : none;
  const [deleting, setDeleting] = useState<readonly Entry[]>();
  const uploadButton = useRef<UploadButtonHandle>(null);

  const open = (entry: Entry) =>
    void navigateHere({
      search: (old) => (entry.isFolder ? folderSearch(old, entry.path) : { ...old, object: entry.path }),
    });
  const columns = useEntryColumns(rowLink);
  const upload = (files: DroppedFile[]) =>
    uploads.add(
      repository,
      files.map(({ path, file }) => ({ key: `${ref}/${folder}${path}`, file })),
    );
  const refusal = isBranch
    ? undefined
    : `A ${refKind ?? 'ref'} cannot be changed: choose a branch to upload to.`;
  const rowMenu = (entry: Entry): RowAction[] =>
    entryMenu(entry, {
      repository,
      ref,
      isBranch,
      open: () => open(entry),
      showInfo: () => void navigateHere({ search: (old) => ({ ...old, info: entry.path }) }),
      showHistory: () =>
        void navigate({
          to: '/repositories/$repository/commits',
          params: { repository },
          search: { ref, prefix: entry.path },
        }),
      remove: () => setDeleting([entry]),
    });
  const chosen = useMemo(() => entriesAt(listed.rows, selection), [listed.rows, selection]);
  const goUp = () => void navigateHere({ search: (old) => folderSearch(old, parentOf(folder)) });
  useHotkeys('Objects', [
    {
      keys: 'u',
      description: 'Upload files',
      onPress: () => isBranch && uploadButton.current?.chooseFiles(),
    },
    { keys: 'p', description: 'To the folder above', onPress: () => folder !== '' && goUp() },
    {
      keys: 'v',
      description: 'List or gallery',
      onPress: () =>
        void navigateHere({
          search: (old) => ({ ...old, view: old.view ? undefined : 'gallery' }),
          replace: true,
        }),
    },
  ]);

  const empty = (
    <Nothing
      folder={folder}
      prefix={prefix}
      isBranch={isBranch}
      command={`anabranch cp data.csv anabranch://${repository}/${ref}/${folder}data.csv`}
      onUpload={() => uploadButton.current?.chooseFiles()}
    />
  );
  const isOpen = search.object !== undefined;
  const shown = search.object ?? folder;
  return (
    <Page
      title={shown === '' ? 'Objects' : `${nameOf(shown)} · Objects`}
      heading="Objects"
      fill
      actions={<UploadButton ref={uploadButton} disabled={!isBranch} onFiles={upload} />}
      toolbar={
        <>
          <PathCrumbs
            root={repository}
            folder={folder}
            link={(path, name) => (
              <Link
                from="/repositories/$repository/objects"
                to="/repositories/$repository/objects"
                search={(old) => folderSearch(old, path)}
              >
                {name}
              </Link>
            )}
          />
          <div className={classes.spacer} />
          <FilterInput
            value={prefix}
            placeholder="Names with"
            width={210}
            onChange={(value) =>
              void navigateHere({ search: (old) => ({ ...old, prefix: value || undefined }), replace: true })
            }
          />
          <SegmentedControl
            size="xs"
            aria-label="List or gallery"
            data={viewChoices}
            value={search.view ?? 'list'}
            onChange={(value) =>
              void navigateHere({
                search: (old) => ({ ...old, view: value === 'gallery' ? 'gallery' : undefined }),
                replace: true,
              })
            }
          />
        </>
      }
    >
      <RefBar repository={repository} gitRef={ref} refKind={refKind} />
      <DropZone target={`${ref}/${folder}`} refusal={refusal} onFiles={upload}>
        <div className={`${browser.split} ${isOpen ? browser.withObject : ''}`}>
          <div className={browser.listPane}>
            {search.view === 'gallery' ? (
              <Gallery
                listId={listKey}
                source={source}
                sourceOf={(entry) =>
                  repositorySource(repository, ref, {
                    path: entry.path,
                    checksum: entry.version,
                    size_bytes: entry.sizeBytes,
                    content_type: entry.contentType,
                  })
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
                  void navigateHere({
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
                rowMenu={rowMenu}
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
            <OpenObject
              repository={repository}
              gitRef={ref}
              path={search.object}
              kind={search.as}
              entries={source.rows}
              onKindChange={(as) => void navigateHere({ search: (old) => ({ ...old, as }), replace: true })}
              onOpen={(path) =>
                void navigateHere({
                  search: (old) => ({ ...old, object: path, as: undefined }),
                  replace: true,
                })
              }
              onInfo={(path) => void navigateHere({ search: (old) => ({ ...old, info: path }) })}
              onDownload={(path) => download(objectUrl(repository, ref, path), nameOf(path))}
              onClose={() =>
                void navigateHere({ search: (old) => ({ ...old, object: undefined, as: undefined }) })
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
            onClick={() => copyWithNotice(chosen.map((entry) => entry.path).join('\n'), 'Paths')}
          >
            Copy paths
          </Button>
          {isBranch && (
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
      <ObjectInfo
        repository={repository}
        gitRef={ref}
        path={search.info}
        isBranch={isBranch}
        onClose={() => void navigateHere({ search: (old) => ({ ...old, info: undefined }), replace: true })}
      />
      {deleting && (
        <DeleteEntries
          entries={deleting}
          deletion={{
            remove: (paths) => deletePaths(repository, ref, paths),
            below: (path) => pathsBelow(repository, ref, path),
          }}
          explanation={`They stay in the history: on ${ref} the deletion is an uncommitted change, which can be reverted until it is committed.`}
          onClose={() => setDeleting(undefined)}
          onDeleted={async () => {
            setSelected(undefined);
            if (deleting.some((entry) => entry.path === search.object)) {
              await navigateHere({ search: (old) => ({ ...old, object: undefined }), replace: true });
            }
            await queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
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
      from="/repositories/$repository/objects"
      to="/repositories/$repository/objects"
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
    path: path || undefined,
    prefix: undefined,
    object: undefined,
    as: undefined,
    info: undefined,
  };
}

function Nothing({
  folder,
  prefix,
  isBranch,
  command,
  onUpload,
}: {
  folder: string;
  prefix: string;
  isBranch: boolean;
  command: string;
  onUpload: () => void;
}): ReactElement {
  if (prefix !== '') {
    return (
      <EmptyState title={`No name has “${prefix}”`} icon={<SearchX size={20} aria-hidden />}>
        Any part of a name is found, whatever the case of its letters, in this folder.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={folder === '' ? 'No objects yet' : 'Nothing is in this folder'}
      icon={<FolderOpen size={20} aria-hidden />}
      actions={
        isBranch && (
          <>
            <Button variant="default" leftSection={<Upload size={15} aria-hidden />} onClick={onUpload}>
              Upload files
            </Button>
            <Button
              variant="default"
              leftSection={<ArrowDownToLine size={15} aria-hidden />}
              renderRoot={(props) => (
                <Link
                  from="/repositories/$repository/objects"
                  to="/repositories/$repository/import"
                  search={(old) => ({ branch: old.ref })}
                  {...props}
                />
              )}
            >
              Import a bucket
            </Button>
            <CommandBlock commands={command} />
          </>
        )
      }
    >
      {isBranch
        ? 'Drop files or folders here, import a bucket without copying it, or upload from the command line.'
        : 'Folders are prefixes of paths: one is there as long as an object is below it.'}
    </EmptyState>
  );
}
