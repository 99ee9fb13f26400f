import { Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import type { ReactElement } from 'react';
import { signOut } from '../api/queries/session';
import type { Session } from '../api/types';
import { UserButton } from './UserButton';

export function UserMenu({ session }: { session: Session }): ReactElement {
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
        <UserButton session={session} />
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
