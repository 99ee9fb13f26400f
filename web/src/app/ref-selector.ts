import { lazyControl } from '../ui/lazy-part';
import { RefButton } from './RefButton';

/** Lists that open bring the code that places them along: not needed for the first paint. */
export const RefSelector = lazyControl(
  () => import('./RefSelector').then((module) => module.RefSelector),
  RefButton,
);
