import { Modal, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Session } from '../api/types';
import { SignInForm } from '../widgets/SignInForm';

/** Cannot be closed: without a session nothing behind it works. */
export function SessionExpiredDialog({
  session,
  onSignedIn,
}: {
  session: Session;
  onSignedIn: (session: Session) => void;
}): ReactElement {
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
      size="sm"
    >
      <Text size="sm" c="dimmed" mb="md">
        Sign in again to go on where you are.
      </Text>
      <SignInForm accessKeyId={session.access_key_id} onSignedIn={onSignedIn} />
    </Modal>
  );
}
