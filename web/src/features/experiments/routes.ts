/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { text, type RawSearch } from '../../ui/search-params';

export const experimentsPage: PageLoader = () => import('./index').then((module) => module.ExperimentsPage);
export const runPage: PageLoader = () => import('./index').then((module) => module.RunPage);
export const sweepPage: PageLoader = () => import('./index').then((module) => module.SweepPage);

export interface ExperimentsSearch {
  sweep?: string;
}

export function experimentsSearch(search: RawSearch): ExperimentsSearch {
  return { sweep: text(search.sweep) };
}

export interface RunSearch {
  tab?: string;
}

export function runSearch(search: RawSearch): RunSearch {
  return { tab: text(search.tab) };
}

export interface SweepSearch {
  tab?: string;
}

export function sweepSearch(search: RawSearch): SweepSearch {
  return { tab: text(search.tab) };
}
