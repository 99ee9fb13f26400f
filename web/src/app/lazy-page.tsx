import type { RouteComponent } from '@tanstack/react-router';
import { use, type ComponentType, type ReactElement } from 'react';
import type { PageLoader } from '../ui/page';

/** A page's code did not arrive: the server is away, or was renewed and has other files now. */
export class PageLoadError extends Error {
  override name = 'PageLoadError';

  constructor() {
    super('The code of this page could not be loaded. The server may be away, or may have been renewed.');
  }
}

/**
 * A route's component that loads its chunk when it is needed. Unlike the router's own it never reloads the window by
 * itself: while the server is away that would lose the page.
 */
export function lazyPage(load: PageLoader): RouteComponent {
  let page: Promise<ComponentType> | undefined;
  let Loaded: ComponentType | undefined;
  const start = () => {
    page = load().then(
      (component) => (Loaded = component),
      () => {
        throw new PageLoadError();
      },
    );
    return page;
  };
  function LazyPage(): ReactElement {
    // A component that has to be waited for is shown 300 ms later than it could be: React reveals what was suspended slowly.
    const Page = Loaded ?? use(page ?? start());
    return <Page />;
  }
  // The router asks for it before it shows the page: at that time a failure of before is forgotten.
  const preload = async () => {
    try {
      await (page ?? start());
    } catch {
      await start();
    }
  };
  // The router calls it as any component; its type names React.lazy's.
  return Object.assign(LazyPage, { preload });
}
