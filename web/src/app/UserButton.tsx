import { ChevronsUpDown, CircleUser } from 'lucide-react';
import type { ComponentPropsWithRef, ReactElement } from 'react';
import type { Session } from '../api/types';
import classes from './Shell.module.css';

/** Stands alone until the menu that opens from it is loaded. */
export function UserButton({
  session,
  ...props
}: { session: Session } & ComponentPropsWithRef<'button'>): ReactElement {
  return (
    <button type="button" aria-label={`Signed in as ${session.user_id}`} {...props} className={classes.user}>
      <CircleUser size={16} aria-hidden />
      <span>{session.user_id}</span>
      <ChevronsUpDown size={12} aria-hidden />
    </button>
  );
}
