import type { ComponentProps, ReactElement } from 'react';
import classes from './IconButton.module.css';

/** A button of rows: it looks as Mantine's ActionIcon, which takes ten times as long to render; lists have hundreds. */
export function IconButton({
  size = 'sm',
  ...rest
}: Omit<ComponentProps<'button'>, 'type' | 'className'> & {
  size?: 'xs' | 'sm' | 'md';
  'aria-label': string;
}): ReactElement {
  return <button {...rest} type="button" className={classes.button} data-size={size} />;
}
