import { Button } from '@mantine/core';
import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactElement } from 'react';
import classes from './states.module.css';

export interface ErrorStateProps {
  /** What was tried: "The branches could not be listed". */
  title?: string;
  error: unknown;
  onRetry?: () => void;
}

/** What went wrong, in the server's words, and a way to try again. */
export function ErrorState({
  title = 'This could not be shown',
  error,
  onRetry,
}: ErrorStateProps): ReactElement {
  const requestId = requestIdOf(error);
  return (
    <div className={classes.state} role="alert">
      <div className={`${classes.icon} ${classes.bad}`}>
        <CircleAlert size={20} aria-hidden />
      </div>
      <div className={classes.title}>{title}</div>
      <div className={classes.text}>{messageOf(error)}</div>
      {requestId !== undefined && (
        <div className={classes.text}>
          Request <code>{requestId}</code>
        </div>
      )}
      {onRetry && (
        <div className={classes.actions}>
          <Button variant="default" leftSection={<RotateCw size={14} aria-hidden />} onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function requestIdOf(error: unknown): string | undefined {
  if (error instanceof Error && 'requestId' in error && typeof error.requestId === 'string')
    return error.requestId;
  return undefined;
}
