import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';

const shownMax = 4;

/** Short messages in the corner: `notifications.show` of @mantine/notifications. */
export function Toasts(): ReactElement {
  return <Notifications position="bottom-right" limit={shownMax} />;
}
