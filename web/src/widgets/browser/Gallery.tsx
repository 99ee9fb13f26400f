/** A folder as tiles, images among them as themselves. Only the tiles in view exist, and only they are loaded. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { Entry } from '../../api/entries';
import { sliceRows } from '../../ui/DataTable/rows';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import type { RowSource } from '../../ui/DataTable/types';
import { ErrorState } from '../../ui/ErrorState';
import { formatBytes } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import { scrollId } from '../../ui/scroll-id';
import { BlobImage } from '../preview/BlobImage';
import { imageTypeOf, visibleText } from '../preview/content';
import { headBytesQuery, type PreviewSource } from '../preview/source';
import classes from './browser.module.css';
import { isImage, nameOf } from './entries';
import { EntryIcon } from './EntryName';

const tileWidth = 176;
const tileHeight = 178;
const thumbnailBytesMax = 8 * 1024 * 1024;
/** A tile that is only scrolled past loads nothing. */
const restMs = 80;
/** More entries are asked for when so many rows of tiles are left below the view. */
const loadAheadRows = 10;

export function Gallery({
  listId,
  source,
  sourceOf,
  link,
  empty,
}: {
  /** Which folder and filter: of another the gallery begins at the top. */
  listId: string;
  source: RowSource<Entry>;
  sourceOf: (entry: Entry) => PreviewSource;
  link: (entry: Entry, content: ReactNode) => ReactNode;
  empty: ReactNode;
}): ReactElement {
  if (source.rows.length === 0) {
    if (source.error !== undefined) return <ErrorState error={source.error} onRetry={source.onRetry} />;
    return source.isPending ? <LoadingState rows={10} /> : <>{empty}</>;
  }
  return <Tiles key={listId} listId={listId} source={source} sourceOf={sourceOf} link={link} />;
}

function Tiles({
  listId,
  source,
  sourceOf,
  link,
}: {
  listId: string;
  source: RowSource<Entry>;
  sourceOf: (entry: Entry) => PreviewSource;
  link: (entry: Entry, content: ReactNode) => ReactNode;
}): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [across, setAcross] = useState(4);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const update = () => setAcross(Math.max(1, Math.floor((element.clientWidth - 40) / tileWidth)));
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const lines = Math.ceil(source.rows.length / across);
  const view = useRowWindow(scroller, lines, tileHeight, 0);
  const { hasMore = false, isLoadingMore, error, onLoadMore } = source;
  const wantsMore = hasMore && !isLoadingMore && error === undefined && view.end + loadAheadRows > lines;
  useEffect(() => {
    if (wantsMore) onLoadMore?.();
    // `onLoadMore` is new at each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wantsMore, lines]);
  return (
    <div
      ref={scroller}
      className={classes.gallery}
      tabIndex={0}
      role="region"
      aria-label="Gallery"
      {...scrollId('gallery', listId)}
    >
      <ul style={{ height: view.height }}>
        {sliceRows(source.rows, view.first * across, view.end * across).map((entry, at) => {
          const index = view.first * across + at;
          return (
            <li
              key={entry.path}
              className={classes.tile}
              style={{
                width: `calc((100% - 40px) / ${across})`,
                height: tileHeight,
                left: `calc(20px + (100% - 40px) * ${(index % across) / across})`,
                transform: `translateY(${view.top(Math.floor(index / across))}px)`,
              }}
            >
              {link(
                entry,
                <>
                  <span className={classes.picture}>
                    {isImage(entry) && entry.sizeBytes <= thumbnailBytesMax && entry.sizeBytes > 0 ? (
                      <Thumbnail entry={entry} source={sourceOf(entry)} />
                    ) : (
                      <EntryIcon entry={entry} size={34} />
                    )}
                  </span>
                  <span className={classes.tileName}>
                    <bdi>{visibleText(nameOf(entry.path))}</bdi>
                  </span>
                  <span className={classes.tileSize}>
                    {entry.isFolder ? 'folder' : formatBytes(entry.sizeBytes)}
                  </span>
                </>,
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Thumbnail({ entry, source }: { entry: Entry; source: PreviewSource }): ReactElement {
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), restMs);
    return () => clearTimeout(timer);
  }, []);
  const [broken, setBroken] = useState(false);
  const head = useQuery({ ...headBytesQuery(source, thumbnailBytesMax), enabled: rests });
  if (broken || head.isError) return <EntryIcon entry={entry} size={34} />;
  if (head.data === undefined) return <span className={classes.waiting} />;
  const type = imageTypeOf(entry.path, entry.contentType) ?? 'image/png';
  return <BlobImage bytes={head.data} type={type} alt="" onError={() => setBroken(true)} />;
}
