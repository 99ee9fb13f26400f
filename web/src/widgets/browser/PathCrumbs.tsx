import { Fragment, type ReactElement, type ReactNode } from 'react';
import { CopyButton } from '../../ui/CopyButton';
import { visibleText } from '../preview/content';
import classes from './browser.module.css';
import { foldersOf } from './entries';

/** Longer ways are cut in the middle. */
const shownMax = 5;

/** The way to a folder. `link` makes a part of it lead there. */
export function PathCrumbs({
  root,
  folder,
  link,
}: {
  root: string;
  folder: string;
  link: (path: string, name: string) => ReactNode;
}): ReactElement {
  const folders = foldersOf(folder);
  const cut = folders.length > shownMax;
  const shown = cut ? folders.slice(-(shownMax - 1)) : folders;
  return (
    <nav aria-label="Path" className={classes.crumbs}>
      {folders.length === 0 ? <strong>{root}</strong> : link('', root)}
      {cut && (
        <>
          <span aria-hidden>/</span>
          {link(folders[folders.length - shownMax]?.path ?? '', '…')}
        </>
      )}
      {shown.map(({ name, path }, index) => (
        <Fragment key={path}>
          <span aria-hidden>/</span>
          <bdi>
            {index === shown.length - 1 ? (
              <strong>{visibleText(name)}</strong>
            ) : (
              link(path, visibleText(name) || '(empty name)')
            )}
          </bdi>
        </Fragment>
      ))}
      {folder !== '' && <CopyButton value={folder} label="Copy path" size="xs" />}
    </nav>
  );
}
