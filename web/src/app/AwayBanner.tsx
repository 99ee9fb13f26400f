import { CloudOff } from 'lucide-react';
import type { ReactElement } from 'react';
import { reachability, useAwaySince } from '../api/reachability';
import { formatTime } from '../ui/format';
import classes from './Shell.module.css';

/** Above every page while the server does not answer. Nothing where it does. */
export function AwayBanner(): ReactElement | null {
  const since = useAwaySince();
  if (since === undefined) return null;
  return (
    <div role="alert" className={classes.away}>
      <CloudOff size={16} aria-hidden />
      <span>
        <strong>The server does not answer</strong> since {formatTime(since)}. What is shown was read before
        that. It is tried every two seconds.
      </span>
      <button type="button" onClick={() => void reachability.check()}>
        Try now
      </button>
    </div>
  );
}
