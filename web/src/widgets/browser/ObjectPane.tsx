import { ActionIcon, Tooltip } from '@mantine/core';
import { ChevronLeft, ChevronRight, Download, Info, X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useHotkeys } from '../../ui/hotkeys';
import { visibleText } from '../preview/content';
import classes from './browser.module.css';
import { nameOf } from './entries';

/** An object that is open beside its list: its name, the ways on from it, its content. */
export function ObjectPane({
  path,
  facts,
  onInfo,
  onDownload,
  onClose,
  onPrevious,
  onNext,
  children,
}: {
  path: string;
  /** Size, time, type. */
  facts: ReactNode;
  onInfo?: () => void;
  onDownload?: () => void;
  onClose: () => void;
  /** Undefined: there is none on that side. */
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  children: ReactNode;
}): ReactElement {
  useHotkeys('Open object', [
    { keys: 'j', description: 'Next object', onPress: () => onNext?.() },
    { keys: 'k', description: 'Previous object', onPress: () => onPrevious?.() },
    { keys: 'Escape', description: 'Close it', onPress: onClose },
  ]);
  const button = (label: string, icon: ReactNode, onClick: (() => void) | undefined) => (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={onClick} disabled={onClick === undefined}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <section className={classes.objectPane} aria-label="Object">
      <div className={classes.objectHead}>
        <div className={classes.objectTitle}>
          <h2 title={path}>
            <bdi>{visibleText(nameOf(path))}</bdi>
          </h2>
          <div>{facts}</div>
        </div>
        {(onPrevious ?? onNext) && (
          <>
            {button('Previous object', <ChevronLeft size={16} aria-hidden />, onPrevious)}
            {button('Next object', <ChevronRight size={16} aria-hidden />, onNext)}
          </>
        )}
        {onInfo && button('Object info', <Info size={16} aria-hidden />, onInfo)}
        {onDownload && button('Download', <Download size={16} aria-hidden />, onDownload)}
        {button('Close the object', <X size={16} aria-hidden />, onClose)}
      </div>
      {children}
    </section>
  );
}
