import type { ComponentType } from 'react';

/** Loads a page's component in a chunk of its own. Declared by each feature's routes.ts, called by the router. */
export type PageLoader = () => Promise<ComponentType>;
