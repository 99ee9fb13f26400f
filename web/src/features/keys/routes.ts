/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';

export const keysPage: PageLoader = () => import('./index').then((module) => module.KeysPage);
