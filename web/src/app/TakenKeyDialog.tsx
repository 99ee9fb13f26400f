import { Button, Checkbox, Group, Modal } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { Decision, Upload } from '../api/uploads';
import { formatBytes, formatPlural } from '../ui/format';
import { visibleText } from '../widgets/preview/content';

/** Asks what to do with a file whose key is taken. */
export function TakenKeyDialog({
  upload,
  others,
  onDecide,
  onCancel,
}: {
  upload: Upload;
  /** How many files that came with it are not over. */
  others: number;
  onDecide: (decision: Decision, forAll: boolean) => void;
  onCancel: () => void;
}): ReactElement {
  const [forAll, setForAll] = useState(false);
  return (
    <Modal opened onClose={onCancel} title="Replace what is there?">
      <p>
        <strong>{visibleText(upload.key)}</strong> is in {upload.bucket} already. The file that you upload has{' '}
        {formatBytes(upload.file.size)}.
      </p>
      {others > 0 && (
        <Checkbox
          label={`Do the same with the other ${formatPlural(others, 'file')} of this upload that are there already`}
          checked={forAll}
          onChange={(event) => setForAll(event.currentTarget.checked)}
        />
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" data-autofocus onClick={() => onDecide('skip', forAll)}>
          Skip
        </Button>
        <Button color="red.8" onClick={() => onDecide('replace', forAll)}>
          Replace
        </Button>
      </Group>
    </Modal>
  );
}
