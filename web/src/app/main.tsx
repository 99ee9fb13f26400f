import '@mantine/core/styles.css';
import '../ui/theme.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { sessionQuery } from '../api/queries/session';
import { reachability } from '../api/reachability';
import { uploads } from '../api/uploads';
import { lazyControl } from '../ui/lazy-part';
import { colorSchemeManager, cssVariables, theme } from '../ui/theme';
import { makeQueryClient } from './query-client';
import { recoverWhenReachable } from './recovery';
import { refetchOnFocus } from './refresh';
import { makeRouter } from './router';

// The server puts a fresh nonce into the page: styles made at run time carry it, or the policy refuses them.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

const Toasts = lazyControl(
  () => import('./Toasts').then((module) => module.Toasts),
  () => null,
);

const queryClient = makeQueryClient();
recoverWhenReachable(queryClient, reachability);
reachability.start();
refetchOnFocus();
const router = makeRouter(queryClient);

// A repository is a bucket too: what was uploaded may be listed by either.
uploads.onSettled((bucket) => {
  void queryClient.invalidateQueries({ queryKey: ['repositories', bucket] });
  void queryClient.invalidateQueries({ queryKey: ['buckets'] });
});

const container = document.getElementById('root');
if (!container) throw new Error('index.html has no #root');
const root = createRoot(container);
const render = () =>
  root.render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Toasts />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );

// A frame that fills part by part is slower than the page at once; past this time it is better than nothing.
const firstRenderMsMax = 1000;
const isSignIn = router.latestLocation.pathname === '/sign-in';
void Promise.race([
  Promise.allSettled([router.load(), isSignIn ? undefined : queryClient.query(sessionQuery())]),
  new Promise((resolve) => setTimeout(resolve, firstRenderMsMax)),
]).then(render);
