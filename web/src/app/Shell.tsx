import { ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Menu as MenuIcon } from 'lucide-react';
import { useEffect, type ReactElement, type ReactNode } from 'react';
import type { Session } from '../api/types';
import { useUploads } from '../api/uploads';
import { useHotkeys } from '../ui/hotkeys';
import { Logo } from '../ui/Logo';
import { lazyDialog } from '../ui/lazy-part';
import { PageControls } from '../ui/Page';
import { RefreshButton } from './RefreshButton';
import { AwayBanner } from './AwayBanner';
import classes from './Shell.module.css';
import { RefSelector } from './ref-selector';
import { Sidebar } from './Sidebar';
import { TransfersTray } from './TransfersTray';

const CommandPalette = lazyDialog(() => import('./CommandPalette').then((module) => module.CommandPalette));
const NavigationDrawer = lazyDialog(() =>
  import('./NavigationDrawer').then((module) => module.NavigationDrawer),
);
const HotkeysHelp = lazyDialog(() => import('../ui/HotkeysHelp').then((module) => module.HotkeysHelp));

const refreshButton = <RefreshButton />;

/** The frame around every page: navigation at the left, the page at the right, uploads in the corner. */
export function Shell({ session, children }: { session: Session; children: ReactNode }): ReactElement {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { repository } = useParams({ strict: false });
  const [paletteOpened, palette] = useDisclosure(false);
  const [helpOpened, help] = useDisclosure(false);
  const [drawerOpened, drawer] = useDisclosure(false);
  const hasUploads = useUploads().items.length > 0;
  useEffect(() => drawer.close(), [pathname, drawer.close]); // eslint-disable-line react-hooks/exhaustive-deps

  useHotkeys('Everywhere', [
    { keys: 'mod+k', description: 'Search or jump to', onPress: palette.toggle },
    { keys: '?', description: 'Show these keys', onPress: help.open },
    { keys: '/', description: 'Filter the list', onPress: focusFilter },
    { keys: 'g h', description: 'Go to home', onPress: () => void navigate({ to: '/' }) },
    { keys: 'g r', description: 'Go to repositories', onPress: () => void navigate({ to: '/repositories' }) },
    { keys: 'g b', description: 'Go to buckets', onPress: () => void navigate({ to: '/buckets' }) },
    { keys: 'g s', description: 'Go to server', onPress: () => void navigate({ to: '/server' }) },
  ]);
  const sidebar = <Sidebar session={session} onSearch={palette.open} onHelp={help.open} />;
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <header className={classes.topBar}>
        <ActionIcon aria-label="Open navigation" onClick={drawer.open}>
          <MenuIcon size={18} aria-hidden />
        </ActionIcon>
        <Link to="/" className={classes.brand}>
          <Logo size={22} /> Anabranch
        </Link>
        {repository !== undefined && (
          <div className={classes.topRef}>
            <RefSelector repository={repository} />
          </div>
        )}
      </header>
      <aside className={classes.sidebar} aria-label="Sidebar">
        {sidebar}
      </aside>
      <main id="main" tabIndex={-1} className={classes.main}>
        <AwayBanner />
        <div className={classes.content}>
          <PageControls value={refreshButton}>{children}</PageControls>
        </div>
      </main>
      {/* Not loaded when needed: it has to tell that the server is away. */}
      {hasUploads && <TransfersTray />}
      {drawerOpened && <NavigationDrawer onClose={drawer.close}>{sidebar}</NavigationDrawer>}
      {paletteOpened && <CommandPalette onClose={palette.close} />}
      {helpOpened && <HotkeysHelp opened onClose={help.close} />}
    </div>
  );
}

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('#main [data-filter-input]')?.focus();
}
