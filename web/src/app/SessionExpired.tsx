import { Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { sessionQuery } from '../api/queries/session';
import { onSessionExpired } from '../api/session-events';
import type { Session } from '../api/types';
import { SignInForm } from '../widgets/SignInForm';

/** Asks for the secret again on top of the page, which keeps what was typed, chosen and scrolled. */
export function SessionExpired({ session }: { session: Session }): ReactElement {
  const queryClient = useQueryClient();
  const [expired, setExpired] = useState(false);
  useEffect(() => onSessionExpired(() => setExpired(true)), []);

  const onSignedIn = (next: Session) => {
    setExpired(false);
    // Another user may see less: nothing of the former's data stays.
    if (next.user_id !== session.user_id) queryClient.clear();
    queryClient.setQueryData(sessionQuery().queryKey, next);
    void queryClient.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  };
  return (
    <Modal
      opened={expired}
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
