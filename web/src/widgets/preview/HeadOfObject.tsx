/** Reads the beginning of an object for a view, and says how much of it that is. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { ErrorState } from '../../ui/ErrorState';
import { formatBytes } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import classes from './preview.module.css';
import { headBytesQuery, type PreviewSource } from './source';

export function HeadOfObject({
  source,
  amount,
  children,
}: {
  source: PreviewSource;
  /** Bytes, at most. */
  amount: number;
  children: (bytes: Uint8Array<ArrayBuffer>, isCut: boolean) => ReactNode;
}): ReactElement {
  const head = useQuery(headBytesQuery(source, amount));
  if (head.isError) {
    return (
      <ErrorState
        title="The object could not be read"
        error={head.error}
        onRetry={() => void head.refetch()}
      />
    );
  }
  if (!head.data) return <LoadingState rows={10} />;
  return <>{children(head.data, source.sizeBytes > amount)}</>;
}

/** "The first 1 MiB of 14 MiB are shown." */
export function CutNote({ source, amount }: { source: PreviewSource; amount: number }): ReactElement {
  return (
    <Note>
      The first {formatBytes(amount)} of {formatBytes(source.sizeBytes)} are shown. Download the object to see
      all of it.
    </Note>
  );
}

export function Note({ children }: { children: ReactNode }): ReactElement {
  return (
    <div className={classes.note} role="note">
      {children}
    </div>
  );
}
