import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ChevronsUpDown, CircleUser, Keyboard, LogOut, Moon, Search, Sun } from 'lucide-react';
import type { ReactElement } from 'react';
import { signOut } from '../api/queries/session';
import type { Session } from '../api/types';
import { Logo } from '../ui/Logo';
import { repositoryDestinations, topDestinations } from './navigation';
import { RepositorySwitcher } from './RepositorySwitcher';
import classes from './Shell.module.css';

const modKey = /mac/i.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';

export function Sidebar({
  session,
  onSearch,
  onHelp,
}: {
  session: Session;
  onSearch: () => void;
  onHelp: () => void;
}): ReactElement {
  const { repository } = useParams({ strict: false });
  return (
    <>
      <Link to="/" className={classes.brand}>
        <Logo /> Anabranch
      </Link>
      <button type="button" className={classes.search} onClick={onSearch}>
        <Search size={14} aria-hidden />
        Search or jump to
        <kbd>{modKey}</kbd>
      </button>
      <nav className={classes.nav} aria-label="Main">
        <ul className={classes.links}>
          {topDestinations.map(({ to, label, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                className={classes.link}
                activeOptions={{ exact: to === '/' || to === '/repositories', includeSearch: false }}
              >
                <Icon size={16} aria-hidden />
                {label}
              </Link>
            </li>
          ))}
        </ul>
        {repository !== undefined && <RepositoryLinks repository={repository} />}
      </nav>
      <div className={classes.foot}>
        <UserMenu session={session} />
        <ThemeToggle />
        <Tooltip label="Keyboard">
          <ActionIcon aria-label="Show keyboard shortcuts" onClick={onHelp}>
            <Keyboard size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </>
  );
}

function RepositoryLinks({ repository }: { repository: string }): ReactElement {
  // The ref that one looks at goes along from page to page.
  const search: { ref?: string; branch?: string } = useSearch({ strict: false });
  const ref = search.ref ?? search.branch;
  const kept: Record<string, object> = {
    '/repositories/$repository/objects': { ref },
    '/repositories/$repository/commits': { ref },
    '/repositories/$repository/changes': { branch: search.branch },
  };
  return (
    <>
      <div className={classes.section}>
        <RepositorySwitcher repository={repository} />
      </div>
      <ul className={classes.links} aria-label={`Repository ${repository}`}>
        {repositoryDestinations.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              params={{ repository }}
              search={kept[to] ?? {}}
              className={classes.link}
              activeOptions={{ includeSearch: false }}
            >
              <Icon size={16} aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function ThemeToggle(): ReactElement {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={next === 'dark' ? 'Dark' : 'Light'}>
      <ActionIcon aria-label={`Switch to the ${next} theme`} onClick={() => setColorScheme(next)}>
        {next === 'dark' ? <Moon size={16} aria-hidden /> : <Sun size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

function UserMenu({ session }: { session: Session }): ReactElement {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const leave = async () => {
    await signOut().catch(() => undefined);
    await navigate({ to: '/sign-in' });
    queryClient.clear();
  };
  return (
    <Menu position="top-start" width={240}>
      <Menu.Target>
        <button type="button" className={classes.user}>
          <CircleUser size={16} aria-hidden />
          <span>{session.user_id}</span>
          <ChevronsUpDown size={12} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          Signed in with <code>{session.access_key_id}</code>
        </Menu.Label>
        <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
