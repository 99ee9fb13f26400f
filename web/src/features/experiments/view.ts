/** From a URL to the view of the runs, and back. */
import type { RunState } from '../../api/types';
import { parseBrush, parseCondition } from './model/conditions';
import type { RunsView } from './model/rows';
import type { ExperimentsSearch } from './routes';

export interface Filters {
  sweep?: string;
  state?: RunState[];
  where?: string[];
  brush?: string[];
  q?: string;
}

export function toView(search: Filters & { sort?: string; dir?: 'asc' | 'desc' }): RunsView {
  const sort = search.sort ?? 'created';
  return {
    sweep: search.sweep,
    states: search.state,
    conditions: search.where?.flatMap((text) => parseCondition(text) ?? []) ?? [],
    brushes: search.brush?.flatMap((text) => parseBrush(text) ?? []) ?? [],
    text: search.q ?? '',
    sort,
    direction: search.dir ?? 'desc',
  };
}

export function hasFilters({ sweep, state, where, brush, q }: Filters): boolean {
  return [sweep, state, where, brush, q].some((each) => each !== undefined);
}

export const noFilters = {
  sweep: undefined,
  state: undefined,
  where: undefined,
  brush: undefined,
  q: undefined,
} satisfies Filters;

/** Changes a part of the URL's view; what is undefined goes. */
export type ChangeSearch = (change: Partial<ExperimentsSearch>) => void;

/** An empty list is no parameter. */
export function someOf<Item>(items: readonly Item[]): Item[] | undefined {
  return items.length > 0 ? [...items] : undefined;
}
