import { Check, Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { IconButton } from './IconButton';
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
    // No Tooltip: lists have many of these, and each would place itself anew at every scroll.
    <IconButton size={size} aria-label={label} title={label} onClick={() => copy(value)}>
      {copied ? <Check size={14} color="var(--ab-ok)" aria-hidden /> : <Copy size={14} aria-hidden />}
      <span role="status" className="ab-visually-hidden">
        {copied ? 'Copied' : ''}
      </span>
    </IconButton>
  );
}
