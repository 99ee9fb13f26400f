import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState, type ReactElement, type ReactNode } from 'react';
import { messageOf } from './ErrorState';

export interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and what cannot be undone. */
  children: ReactNode;
  /** The verb on the button: "Delete branch". */
  confirmLabel: string;
  danger?: boolean;
  /** For what destroys much: this name has to be typed. */
  typeToConfirm?: string;
  /** The dialog stays open while it runs and shows its error. It closes when it succeeds. */
  onConfirm: () => Promise<unknown>;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <ConfirmForm {...props} />
    </Modal>
  );
}

function ConfirmForm({
  onClose,
  children,
  confirmLabel,
  danger = false,
  typeToConfirm,
  onConfirm,
}: ConfirmDialogProps): ReactElement {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const mayConfirm = typeToConfirm === undefined || typed === typeToConfirm;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (mayConfirm) void confirm();
      }}
    >
      <Stack gap="md">
        <div>{children}</div>
        {typeToConfirm !== undefined && (
          <TextInput
            label={
              <>
                Type <code>{typeToConfirm}</code> to confirm
              </>
            }
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        )}
        {error !== undefined && (
          <Alert color="red" variant="light" role="alert">
            {messageOf(error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={danger ? 'red.8' : undefined} loading={busy} disabled={!mayConfirm}>
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
