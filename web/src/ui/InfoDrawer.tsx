import { Drawer } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';

/** A panel at the right about one thing, such as an object's info. The list behind it stays as it is. */
export function InfoDrawer({
  opened,
  onClose,
  title,
  children,
  size = 'lg',
}: {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  size?: 'md' | 'lg' | 'xl';
}): ReactElement {
  return (
    <Drawer opened={opened} onClose={onClose} title={title} size={size}>
      {children}
    </Drawer>
  );
}
