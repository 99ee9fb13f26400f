import { Menu } from '@mantine/core';
import { Fragment, type ReactElement } from 'react';
import classes from './DataTable.module.css';
import type { RowAction } from './types';

export interface RowMenuPlace {
  x: number;
  y: number;
  actions: RowAction[];
}

/** One menu for all rows, opened where it was asked for. */
export function RowMenu({ place, onClose }: { place: RowMenuPlace; onClose: () => void }): ReactElement {
  return (
    <Menu opened onClose={onClose} position="bottom-end" returnFocus={false} withinPortal>
      <Menu.Target>
        <button
          type="button"
          tabIndex={-1}
          aria-label="Row actions"
          className={classes.anchor}
          style={{ left: place.x, top: place.y }}
        />
      </Menu.Target>
      <Menu.Dropdown aria-label="Row actions">
        {place.actions.map((action) => (
          <Fragment key={action.label}>
            {action.separated && <Menu.Divider />}
            <Menu.Item
              leftSection={action.icon}
              color={action.danger ? 'var(--ab-bad)' : undefined}
              disabled={action.disabled}
              onClick={action.onSelect}
            >
              {action.label}
            </Menu.Item>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
