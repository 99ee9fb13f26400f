import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { ApiError } from '../api/error';
import { signIn } from '../api/queries/session';
import type { Session } from '../api/types';
import { messageOf } from '../ui/ErrorState';

/** An access key and its secret become a session. */
export function SignInForm({
  accessKeyId = '',
  onSignedIn,
}: {
  accessKeyId?: string;
  onSignedIn: (session: Session) => void;
}): ReactElement {
  const [id, setId] = useState(accessKeyId);
  const [secret, setSecret] = useState('');
  const attempt = useMutation({ mutationFn: () => signIn(id.trim(), secret.trim()), onSuccess: onSignedIn });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt.mutate();
      }}
    >
      <Stack gap="sm">
        {attempt.isError && (
          <Alert color="red" variant="light" role="alert">
            {signInProblem(attempt.error)}
          </Alert>
        )}
        <TextInput
          label="Access key id"
          name="username"
          autoComplete="username"
          spellCheck={false}
          autoCapitalize="none"
          required
          withAsterisk={false}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          data-autofocus={accessKeyId === '' || undefined}
          autoFocus={accessKeyId === ''}
        />
        <PasswordInput
          label="Secret access key"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          data-autofocus={accessKeyId !== '' || undefined}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }}
        />
        <Button type="submit" loading={attempt.isPending} mt={6} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function signInProblem(error: unknown): string {
  if (error instanceof ApiError && error.status === 401)
    return 'This access key and secret do not belong together.';
  if (error instanceof ApiError && error.status === 429) {
    const wait = error.retryAfterSeconds === undefined ? 'a minute' : `${error.retryAfterSeconds} s`;
    return `Too many failed attempts. Try again in ${wait}.`;
  }
  return messageOf(error);
}
