import { Ellipsis } from 'lucide-react';
import type { MouseEvent, ReactElement } from 'react';
import { IconButton } from '../IconButton';
import { RowCheck } from '../RowCheck';
import classes from './DataTable.module.css';
import type { Column } from './types';

interface TableRowProps<Row> {
  id: string;
  row: Row;
  index: number;
  columns: readonly Column<Row>[];
  top: number;
  height: number;
  isActive: boolean;
  isCurrent: boolean;
  /** Undefined: the table has no boxes. */
  isSelected: boolean | undefined;
  onToggle: (index: number) => void;
  onClick: (index: number, event: MouseEvent) => void;
  onOpen: ((row: Row) => void) | undefined;
  onMenu: ((index: number, x: number, y: number) => void) | undefined;
}

export function TableRow<Row>(props: TableRowProps<Row>): ReactElement {
  const { row, index, isSelected, onMenu } = props;
  return (
    <div
      id={props.id}
      role="row"
      // The header is row 1.
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-current={props.isCurrent || undefined}
      className={`${classes.row} ${props.isActive ? classes.active : ''}`}
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
      onClick={(event) => props.onClick(index, event)}
      onDoubleClick={() => props.onOpen?.(row)}
      onContextMenu={(event) => {
        if (!onMenu) return;
        event.preventDefault();
        onMenu(index, event.clientX, event.clientY);
      }}
    >
      {isSelected !== undefined && (
        <div role="gridcell" className={classes.box}>
          <RowCheck label="Select row" checked={isSelected} onChange={() => props.onToggle(index)} />
        </div>
      )}
      {props.columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={`${classes.cell} ${column.align === 'right' ? classes.right : ''}`}
        >
          {column.cell(row, index)}
        </div>
      ))}
      {onMenu && (
        <div role="gridcell" className={classes.menu}>
          <IconButton
            tabIndex={-1}
            aria-label="Row actions"
            aria-haspopup="menu"
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              onMenu(index, box.right, box.bottom);
              event.stopPropagation();
            }}
          >
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  );
}
