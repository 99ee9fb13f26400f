import { useDocumentTitle } from '@mantine/hooks';
import { Children, createContext, useContext, type ReactElement, type ReactNode } from 'react';
import classes from './Page.module.css';
import { scrollId } from './scroll-id';

export interface PageProps {
  /** Of the window, and of the page where `heading` is not given. */
  title: string;
  heading?: ReactNode;
  /** One line under the heading. */
  description?: ReactNode;
  /** `<Breadcrumbs>` above the heading. */
  crumbs?: ReactNode;
  /** Buttons at the right; the main one last. */
  actions?: ReactNode;
  /** Filters and choices, between the heading and the body. */
  toolbar?: ReactNode;
  /** The body has no padding and fills what is left: for tables and lists, which scroll themselves. */
  fill?: boolean;
  children: ReactNode;
}

/** What stands before the actions of every page; given by the frame around all of them. */
export const PageControls = createContext<ReactNode>(null);

/** What all titles below it say after what their page shows: the repository. */
export const TitleContext = createContext<string | undefined>(undefined);

/** The frame of every page: heading, actions, toolbar, body. */
export function Page(props: PageProps): ReactElement {
  const context = useContext(TitleContext);
  useDocumentTitle([props.title, context, 'Anabranch'].filter((part) => part !== undefined).join(' · '));
  return (
    <div className={classes.page}>
      <PageHeader {...props} />
      {props.toolbar !== undefined && <div className={classes.toolbar}>{props.toolbar}</div>}
      <div
        className={`${classes.body} ${props.fill ? classes.fill : classes.scroll}`}
        {...scrollId('page', props.title)}
      >
        {props.children}
      </div>
    </div>
  );
}

export function PageHeader({
  title,
  heading,
  description,
  crumbs,
  actions,
}: Omit<PageProps, 'children' | 'toolbar' | 'fill'>): ReactElement {
  const controls = useContext(PageControls);
  return (
    <header className={classes.header}>
      <div className={classes.headings}>
        {crumbs}
        <h1 className={classes.title}>{heading ?? title}</h1>
        {description !== undefined && <div className={classes.description}>{description}</div>}
      </div>
      {(actions !== undefined || controls !== null) && (
        <div className={classes.actions}>
          {controls}
          {actions}
        </div>
      )}
    </header>
  );
}

/** The way to here: links, the last one may be plain text. */
export function Breadcrumbs({
  children,
  label = 'Breadcrumbs',
}: {
  children: ReactNode;
  label?: string;
}): ReactElement {
  const items = Children.toArray(children);
  return (
    <nav aria-label={label}>
      <ol className={classes.crumbs}>
        {items.map((item, index) => (
          <li key={index}>
            {item}
            {index < items.length - 1 && <span aria-hidden>/</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A framed part of a page. */
export function Panel({
  title,
  actions,
  flush = false,
  children,
}: {
  title?: string;
  actions?: ReactNode;
  /** No padding: for tables and lists. */
  flush?: boolean;
  children: ReactNode;
}): ReactElement {
  return (
    <section className={classes.panel} aria-label={title}>
      {title !== undefined && (
        <div className={classes.panelHeader}>
          <h2 className={classes.panelTitle}>{title}</h2>
          {actions}
        </div>
      )}
      <div className={flush ? undefined : classes.panelBody}>{children}</div>
    </section>
  );
}
