import { ChevronsUpDown, Library } from 'lucide-react';
import type { ComponentPropsWithRef, ReactElement } from 'react';
import classes from './Shell.module.css';

/** Stands alone until the menu that opens from it is loaded. */
export function SwitcherButton({
  repository,
  ...props
}: { repository: string } & ComponentPropsWithRef<'button'>): ReactElement {
  return (
    <button
      type="button"
      {...props}
      className={classes.switcher}
      aria-label={`Repository ${repository}: switch`}
    >
      <Library size={14} aria-hidden />
      <span>{repository}</span>
      <ChevronsUpDown size={13} aria-hidden />
    </button>
  );
}
