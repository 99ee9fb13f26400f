import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Keyboard, Moon, Search, Sun } from 'lucide-react';
import type { ReactElement } from 'react';
import { changesSummaryQuery } from '../api/queries/changes';
import type { Session } from '../api/types';
import { formatCount } from '../ui/format';
import { Logo } from '../ui/Logo';
import { lazyControl } from '../ui/lazy-part';
import { repositoryDestinations, topDestinations } from './navigation';
import classes from './Shell.module.css';
import { RefSelector } from './ref-selector';
import { SwitcherButton } from './SwitcherButton';
import { useKeptSearch, useRefKind, useShownRef } from './useKeptSearch';
import { UserButton } from './UserButton';

// Menus bring the code that places them along: not needed for the first paint.
const UserMenu = lazyControl(
  () => import('./UserMenu').then((module) => module.UserMenu),
  ({ session }) => <UserButton session={session} disabled />,
);
const RepositorySwitcher = lazyControl(
  () => import('./RepositorySwitcher').then((module) => module.RepositorySwitcher),
  ({ repository }) => <SwitcherButton repository={repository} disabled />,
);

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
        <ActionIcon aria-label="Show keyboard shortcuts" title="Keyboard shortcuts" onClick={onHelp}>
          <Keyboard size={16} aria-hidden />
        </ActionIcon>
      </div>
    </>
  );
}

function RepositoryLinks({ repository }: { repository: string }): ReactElement {
  const keptSearch = useKeptSearch(repository);
  return (
    <>
      <div className={classes.section}>
        <RepositorySwitcher repository={repository} />
        <RefSelector repository={repository} />
      </div>
      <ul className={classes.links} aria-label={`Repository ${repository}`}>
        {repositoryDestinations.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              params={{ repository }}
              search={keptSearch(to)}
              className={classes.link}
              activeOptions={{ includeSearch: false }}
            >
              <Icon size={16} aria-hidden />
              {label}
            </Link>
            {to === '/repositories/$repository/changes' && <UncommittedCount repository={repository} />}
          </li>
        ))}
      </ul>
    </>
  );
}

/** How much is not committed on the branch that one looks at. */
function UncommittedCount({ repository }: { repository: string }): ReactElement | null {
  const { ref, main } = useShownRef(repository);
  const branch = ref ?? main;
  const isBranch = useRefKind(repository, branch) === 'branch';
  const { data } = useQuery({ ...changesSummaryQuery(repository, branch ?? ''), enabled: isBranch });
  if (!isBranch || !data) return null;
  const count = data.total.added + data.total.changed + data.total.removed;
  if (count === 0) return null;
  return (
    <span className={classes.count} title={`Not committed on ${branch ?? ''}`}>
      {formatCount(count)}
      {data.truncated && '+'}
    </span>
  );
}

function ThemeToggle(): ReactElement {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  const label = `Switch to the ${next} theme`;
  return (
    <ActionIcon aria-label={label} title={label} onClick={() => setColorScheme(next)}>
      {next === 'dark' ? <Moon size={16} aria-hidden /> : <Sun size={16} aria-hidden />}
    </ActionIcon>
  );
}
