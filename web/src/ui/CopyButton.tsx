import { ActionIcon, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { useCopy } from './useCopy';

/** Copies a text; says so for a moment. */
export function CopyButton({
  value,
  label = 'Copy',
  size = 'sm',
}: {
  value: string;
  label?: string;
  size?: 'xs' | 'sm' | 'md';
}): ReactElement {
  const [copied, copy] = useCopy();
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon size={size} aria-label={label} onClick={() => copy(value)}>
        {copied ? <Check size={14} color="var(--ab-ok)" aria-hidden /> : <Copy size={14} aria-hidden />}
        <span role="status" className="ab-visually-hidden">
          {copied ? 'Copied' : ''}
        </span>
      </ActionIcon>
    </Tooltip>
  );
}
