import { Drawer } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import classes from './Shell.module.css';

/** The sidebar of a narrow window. */
export function NavigationDrawer({
  onClose,
  children,
}: {
  onClose: () => void;
  children: ReactNode;
}): ReactElement {
  return (
    <Drawer.Root opened onClose={onClose} position="left" size={270} padding={0}>
      <Drawer.Overlay />
      <Drawer.Content aria-label="Navigation">
        <div className={classes.sidebar} style={{ height: '100dvh' }}>
          {children}
        </div>
      </Drawer.Content>
    </Drawer.Root>
  );
}
