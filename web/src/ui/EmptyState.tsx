import { Waves } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import classes from './states.module.css';

export interface EmptyStateProps {
  title: string;
  /** What would be here, and how it comes to be. */
  children?: ReactNode;
  icon?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
}

/** Where there is nothing yet: says what would be here. */
export function EmptyState({ title, children, icon, actions }: EmptyStateProps): ReactElement {
  return (
    <div className={classes.state}>
      <div className={classes.icon}>{icon ?? <Waves size={20} aria-hidden />}</div>
      <div className={classes.title}>{title}</div>
      {children !== undefined && <div className={classes.text}>{children}</div>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
