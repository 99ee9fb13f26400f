/** All addresses of the application. The URL holds the whole view: what a page shows follows from its path and search. */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter } from '@tanstack/react-router';
import * as buckets from '../features/buckets/routes';
import * as changes from '../features/changes/routes';
import * as commits from '../features/commits/routes';
import * as compare from '../features/compare/routes';
import * as experiments from '../features/experiments/routes';
import * as home from '../features/home/routes';
import * as imports from '../features/imports/routes';
import * as keys from '../features/keys/routes';
import * as objects from '../features/objects/routes';
import * as refs from '../features/refs/routes';
import * as server from '../features/server/routes';
import * as session from '../features/session/routes';
import { parseSearch, stringifySearch } from '../ui/search-params';
import { lazyPage } from './lazy-page';
import { RepositoryFrame, RepositoryIndex } from './RepositoryFrame';
import { Root } from './Root';
import { NotFoundPage, PageError, PagePending } from './page-states';

interface Context {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Root, notFoundComponent: NotFoundPage });
const repository = createRoute({
  getParentRoute: () => root,
  path: '/repositories/$repository',
  component: RepositoryFrame,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: session.signInSearch,
  component: lazyPage(session.signInPage),
});
const homeRoute = createRoute({ getParentRoute: () => root, path: '/', component: lazyPage(home.homePage) });
const repositories = createRoute({
  getParentRoute: () => root,
  path: '/repositories',
  validateSearch: home.repositoriesSearch,
  component: lazyPage(home.repositoriesPage),
});
const bucketList = createRoute({
  getParentRoute: () => root,
  path: '/buckets',
  validateSearch: buckets.bucketsSearch,
  component: lazyPage(buckets.bucketsPage),
});
const bucket = createRoute({
  getParentRoute: () => root,
  path: '/buckets/$bucket',
  validateSearch: buckets.bucketSearch,
  component: lazyPage(buckets.bucketPage),
});
const keyList = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyPage(keys.keysPage),
});
const serverRoute = createRoute({
  getParentRoute: () => root,
  path: '/server',
  validateSearch: server.serverSearch,
  component: lazyPage(server.serverPage),
});
const repositoryIndex = createRoute({
  getParentRoute: () => repository,
  path: '/',
  component: RepositoryIndex,
});
const objectList = createRoute({
  getParentRoute: () => repository,
  path: '/objects',
  validateSearch: objects.objectsSearch,
  component: lazyPage(objects.objectsPage),
});
const changeList = createRoute({
  getParentRoute: () => repository,
  path: '/changes',
  validateSearch: changes.changesSearch,
  component: lazyPage(changes.changesPage),
});
const commitList = createRoute({
  getParentRoute: () => repository,
  path: '/commits',
  validateSearch: commits.commitsSearch,
  component: lazyPage(commits.commitsPage),
});
const commit = createRoute({
  getParentRoute: () => repository,
  path: '/commits/$commit',
  validateSearch: commits.commitSearch,
  component: lazyPage(commits.commitPage),
});
const branches = createRoute({
  getParentRoute: () => repository,
  path: '/branches',
  validateSearch: refs.branchesSearch,
  component: lazyPage(refs.branchesPage),
});
const tags = createRoute({
  getParentRoute: () => repository,
  path: '/tags',
  validateSearch: refs.tagsSearch,
  component: lazyPage(refs.tagsPage),
});
const comparison = createRoute({
  getParentRoute: () => repository,
  path: '/compare',
  validateSearch: compare.compareSearch,
  component: lazyPage(compare.comparePage),
});
const importing = createRoute({
  getParentRoute: () => repository,
  path: '/import',
  validateSearch: imports.importSearch,
  component: lazyPage(imports.importPage),
});
const experimentList = createRoute({
  getParentRoute: () => repository,
  path: '/experiments',
  validateSearch: experiments.experimentsSearch,
  component: lazyPage(experiments.experimentsPage),
});
const run = createRoute({
  getParentRoute: () => repository,
  path: '/experiments/runs/$run',
  validateSearch: experiments.runSearch,
  component: lazyPage(experiments.runPage),
});
const sweep = createRoute({
  getParentRoute: () => repository,
  path: '/experiments/sweeps/$sweep',
  validateSearch: experiments.sweepSearch,
  component: lazyPage(experiments.sweepPage),
});

const routeTree = root.addChildren([
  signIn,
  homeRoute,
  repositories,
  bucketList,
  bucket,
  keyList,
  serverRoute,
  repository.addChildren([
    repositoryIndex,
    objectList,
    changeList,
    commitList,
    commit,
    branches,
    tags,
    comparison,
    importing,
    experimentList,
    run,
    sweep,
  ]),
]);

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    basepath: '/ui',
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    // The pages' data are TanStack Query's to keep.
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
