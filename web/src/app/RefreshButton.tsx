import { ActionIcon } from '@mantine/core';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { refresh } from './refresh';
import classes from './Shell.module.css';

/** Reads again what the page shows. */
export function RefreshButton(): ReactElement {
  const queryClient = useQueryClient();
  const isFetching = useIsFetching() > 0;
  const [isAsked, setAsked] = useState(false);
  const run = () => {
    setAsked(true);
    void refresh(queryClient).finally(() => setAsked(false));
  };
  return (
    <ActionIcon variant="default" size={34} aria-label="Refresh" title="Refresh" onClick={run}>
      <RefreshCw size={15} aria-hidden className={isAsked && isFetching ? classes.turning : undefined} />
    </ActionIcon>
  );
}
