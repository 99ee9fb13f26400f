import { ActionIcon, Button, Progress } from '@mantine/core';
import { ChevronDown, ChevronUp, CircleCheck, CircleX, RotateCw, X } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';
import { isPending, uploads, useUploads, type Upload } from '../api/uploads';
import { formatBytes, formatPlural } from '../ui/format';
import { lazyDialog } from '../ui/lazy-part';
import { visibleText } from '../widgets/preview/content';
import classes from './TransfersTray.module.css';

const TakenKeyDialog = lazyDialog(() => import('./TakenKeyDialog').then((module) => module.TakenKeyDialog));

/** Of a folder of thousands: what is under way and what failed come first, the rest is counted. */
const shownMax = 50;
const order = { exists: 0, failed: 1, sending: 2, waiting: 3, cancelled: 4, skipped: 5, done: 6 };

/** The uploads of this window, in the corner of every page. */
export function TransfersTray(): ReactElement | null {
  const view = useUploads();
  const [opened, setOpened] = useState(true);
  const left = view.waiting + view.sending + view.exists;
  const taken = view.items.find((item) => item.state === 'exists');
  useWarningBeforeLeaving(left > 0);
  if (view.items.length === 0) return null;
  const shown = [...view.items].sort((a, b) => order[a.state] - order[b.state]).slice(0, shownMax);
  const percent = view.totalBytes === 0 ? 100 : (view.sentBytes / view.totalBytes) * 100;
  return (
    <section className={classes.tray} aria-label="Uploads">
      {taken && (
        <TakenKeyDialog
          key={taken.id}
          upload={taken}
          others={view.items.filter((item) => item.batch === taken.batch && isPending(item)).length - 1}
          onDecide={(decision, forAll) => uploads.decide(taken.id, decision, forAll)}
          onCancel={() => uploads.cancel(taken.id)}
        />
      )}
      <div className={classes.head}>
        <div className={classes.title} role="status">
          {title(left, view.done, view.failed, view.skipped)}
          <div className={classes.soft}>
            {formatBytes(view.sentBytes)} of {formatBytes(view.totalBytes)}
          </div>
        </div>
        {left > 0 && (
          <Button size="compact-xs" variant="default" onClick={() => uploads.cancelAll()}>
            Cancel all
          </Button>
        )}
        <ActionIcon
          aria-label={opened ? 'Hide the files' : 'Show the files'}
          onClick={() => setOpened(!opened)}
        >
          {opened ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
        </ActionIcon>
        {left === 0 && (
          <ActionIcon aria-label="Close uploads" onClick={() => uploads.clear()}>
            <X size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {left > 0 && <Progress value={percent} size={3} radius={0} aria-label="All uploads" />}
      {opened && (
        <div className={classes.list} tabIndex={0} role="group" aria-label="Files">
          {shown.map((item) => (
            <Item key={item.id} item={item} />
          ))}
          {view.items.length > shown.length && (
            <div className={classes.item}>
              and {formatPlural(view.items.length - shown.length, 'more file')}
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function Item({ item }: { item: Upload }): ReactElement {
  const percent = item.file.size === 0 ? 0 : (item.sentBytes / item.file.size) * 100;
  // Many folders have a file of the same name: the folder is told, and cut before the name is.
  const slash = item.key.lastIndexOf('/') + 1;
  const [folder, name] = [item.key.slice(0, slash), item.key.slice(slash)];
  return (
    <div className={classes.item}>
      <div className={classes.name}>
        <div className={classes.path} title={`${item.bucket}/${item.key}`}>
          {folder !== '' && <span className={classes.folder}>{visibleText(folder)}</span>}
          <span className={classes.file}>{visibleText(name)}</span>
        </div>
        {item.state === 'sending' && (
          <Progress value={percent} size={3} mt={3} aria-label={`Upload of ${item.key}`} />
        )}
        {item.error !== undefined && <div className={classes.bad}>{item.error}</div>}
      </div>
      <span className={classes.soft}>{formatBytes(item.file.size)}</span>
      {item.state === 'done' && <CircleCheck size={16} color="var(--ab-ok)" aria-label="done" role="img" />}
      {item.state === 'cancelled' && <CircleX size={16} aria-label="cancelled" role="img" />}
      {item.state === 'skipped' && <span className={classes.soft}>skipped</span>}
      {isPending(item) && (
        <ActionIcon size="sm" aria-label={`Cancel ${item.key}`} onClick={() => uploads.cancel(item.id)}>
          <X size={14} aria-hidden />
        </ActionIcon>
      )}
      {(item.state === 'failed' || item.state === 'cancelled' || item.state === 'skipped') && (
        <ActionIcon size="sm" aria-label={`Try ${item.key} again`} onClick={() => uploads.retry(item.id)}>
          <RotateCw size={14} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}

function title(left: number, done: number, failed: number, skipped: number): string {
  if (left > 0) return `Uploading ${formatPlural(left, 'file')}`;
  if (failed > 0) return `${formatPlural(failed, 'upload')} failed`;
  if (done > 0) return `${formatPlural(done, 'file')} uploaded${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return skipped > 0 ? `${formatPlural(skipped, 'file')} skipped` : 'Uploads cancelled';
}

/** Closing the window would end the uploads. */
function useWarningBeforeLeaving(isBusy: boolean): void {
  useEffect(() => {
    if (!isBusy) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isBusy]);
}
