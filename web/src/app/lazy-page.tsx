import type { RouteComponent } from '@tanstack/react-router';
import { lazyPart } from '../ui/lazy-part';
import type { PageLoader } from '../ui/page';
import { PagePending } from './page-states';

/**
 * A route's component that loads its chunk when it is needed. Unlike the router's own it never reloads the window by
 * itself: while the server is away that would lose the page.
 */
export function lazyPage(load: PageLoader): RouteComponent {
  // The router calls it as any component; its type names React.lazy's.
  return lazyPart(load, () => <PagePending />);
}
