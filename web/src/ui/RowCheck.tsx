import type { ReactElement } from 'react';
import classes from './RowCheck.module.css';

/** The box that chooses a row: it looks as Mantine's Checkbox, see IconButton. The row has the focus and its keys. */
export function RowCheck({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: () => void;
}): ReactElement {
  return (
    <input
      type="checkbox"
      className={classes.check}
      tabIndex={-1}
      aria-label={label}
      checked={checked}
      onChange={onChange}
      // A click here is none on the row.
      onClick={(event) => event.stopPropagation()}
    />
  );
}
