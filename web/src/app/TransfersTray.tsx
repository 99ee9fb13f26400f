import { ActionIcon, Button, Progress } from '@mantine/core';
import { ChevronDown, ChevronUp, CircleCheck, CircleX, RotateCw, X } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';
import { uploads, useUploads, type Upload } from '../api/uploads';
import { formatBytes, formatPlural } from '../ui/format';
import classes from './TransfersTray.module.css';

/** Of a folder of thousands: what is under way and what failed come first, the rest is counted. */
const shownMax = 50;
const order = { failed: 0, sending: 1, waiting: 2, cancelled: 3, done: 4 };

/** The uploads of this window, in the corner of every page. */
export function TransfersTray(): ReactElement | null {
  const view = useUploads();
  const [opened, setOpened] = useState(true);
  const left = view.waiting + view.sending;
  useWarningBeforeLeaving(left > 0);
  if (view.items.length === 0) return null;
  const shown = [...view.items].sort((a, b) => order[a.state] - order[b.state]).slice(0, shownMax);
  const percent = view.totalBytes === 0 ? 100 : (view.sentBytes / view.totalBytes) * 100;
  return (
    <section className={classes.tray} aria-label="Uploads">
      <div className={classes.head}>
        <div className={classes.title} role="status">
          {title(left, view.done, view.failed)}
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
  const name = item.key.slice(item.key.lastIndexOf('/') + 1);
  return (
    <div className={classes.item}>
      <div className={classes.name}>
        <div title={item.key}>{name}</div>
        {item.state === 'sending' && (
          <Progress value={percent} size={3} mt={3} aria-label={`Upload of ${name}`} />
        )}
        {item.error !== undefined && <div className={classes.bad}>{item.error}</div>}
      </div>
      <span className={classes.soft}>{formatBytes(item.file.size)}</span>
      {item.state === 'done' && <CircleCheck size={16} color="var(--ab-ok)" aria-label="done" role="img" />}
      {item.state === 'cancelled' && <CircleX size={16} aria-label="cancelled" role="img" />}
      {(item.state === 'waiting' || item.state === 'sending') && (
        <ActionIcon size="sm" aria-label={`Cancel ${name}`} onClick={() => uploads.cancel(item.id)}>
          <X size={14} aria-hidden />
        </ActionIcon>
      )}
      {(item.state === 'failed' || item.state === 'cancelled') && (
        <ActionIcon size="sm" aria-label={`Try ${name} again`} onClick={() => uploads.retry(item.id)}>
          <RotateCw size={14} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}

function title(left: number, done: number, failed: number): string {
  if (left > 0) return `Uploading ${formatPlural(left, 'file')}`;
  if (failed > 0) return `${formatPlural(failed, 'upload')} failed`;
  return done > 0 ? `${formatPlural(done, 'file')} uploaded` : 'Uploads cancelled';
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
