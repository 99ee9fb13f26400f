import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';

/** Who is signed in; an ApiError 401 where nobody is. */
export const sessionQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => answer(api.GET('/session', { signal })),
    staleTime: Infinity,
    retry: false,
  });

export const signIn = (access_key_id: string, secret_access_key: string) =>
  answer(api.POST('/session', { body: { access_key_id, secret_access_key } }));

export const signOut = () => answer(api.DELETE('/session'));
