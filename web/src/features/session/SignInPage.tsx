import { useDocumentTitle } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { sessionQuery } from '../../api/queries/session';
import { Code } from '../../ui/Code';
import { Logo } from '../../ui/Logo';
import { SignInForm } from '../../widgets/SignInForm';
import { River } from './River';
import classes from './SignInPage.module.css';

const route = getRouteApi('/sign-in');

export function SignInPage(): ReactElement {
  useDocumentTitle('Sign in · Anabranch');
  const search = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  return (
    <main className={classes.page}>
      <River className={classes.river} />
      <div className={classes.card}>
        <h1 className={classes.title}>
          <Logo size={30} /> Anabranch
        </h1>
        <p className={classes.lead}>Sign in with an access key.</p>
        <SignInForm
          onSignedIn={(session) => {
            queryClient.setQueryData(sessionQuery().queryKey, session);
            router.history.replace(`/ui${pathWithin(search.return)}`);
          }}
        />
        <p className={classes.help}>
          The server’s first start prints a root key. More keys come from <Code>Access keys</Code> once you
          are in.
        </p>
      </div>
    </main>
  );
}

/** Only a path of this application: the address bar must not send anyone elsewhere. */
export function pathWithin(asked: string | undefined): string {
  return asked !== undefined && /^\/(?![/\\])/.test(asked) ? asked : '/';
}
