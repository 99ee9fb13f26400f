import { notifications } from '@mantine/notifications';
import { messageOf } from '../../ui/ErrorState';
import { copyText } from '../../ui/useCopy';

/** Has the browser save what is at an address of this server. */
export function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** Copies, and says what. */
export function copyWithNotice(text: string, what: string): void {
  void copyText(text).then(
    () => notifications.show({ message: `${what} copied.` }),
    () => notifications.show({ color: 'red', message: `${what} could not be copied.` }),
  );
}

/** Runs what a menu asked for; says so where it fails. */
export function runWithNotice(task: Promise<unknown>): void {
  task.catch((error: unknown) => notifications.show({ color: 'red', message: messageOf(error) }));
}
