/** Reading again what the page shows: when its window is looked at, and when that is asked for. */
import { focusManager, type InfiniteData, type Query, type QueryClient } from '@tanstack/react-query';

/** A list is read again to where one most likely looks; what lies further down comes when it is scrolled to. */
const refreshedPagesMax = 10;

/** A window beside a terminal is never hidden: what counts is that one comes back to it. */
export function refetchOnFocus(): void {
  focusManager.setEventListener((onFocus) => {
    const listener = () => onFocus();
    window.addEventListener('focus', listener);
    document.addEventListener('visibilitychange', listener);
    return () => {
      window.removeEventListener('focus', listener);
      document.removeEventListener('visibilitychange', listener);
    };
  });
}

export async function refresh(queryClient: QueryClient): Promise<void> {
  for (const query of queryClient.getQueryCache().findAll({ type: 'active', predicate: mayChange })) {
    const data = query.state.data as InfiniteData<unknown> | undefined;
    if (Array.isArray(data?.pages) && data.pages.length > refreshedPagesMax)
      query.setData({
        pages: data.pages.slice(0, refreshedPagesMax),
        pageParams: data.pageParams.slice(0, refreshedPagesMax),
      });
  }
  await queryClient.invalidateQueries({ type: 'active', predicate: mayChange });
}

/** Not what is known by the hash of its content, nor who is signed in. */
function mayChange(query: Query): boolean {
  return !query.observers.some(({ options }) => options.staleTime === Infinity);
}
