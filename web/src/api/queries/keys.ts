import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';

export const accessKeysQuery = () =>
  queryOptions({
    queryKey: ['access-keys'],
    queryFn: async ({ signal }) => (await answer(api.GET('/access_keys', { signal }))).results,
  });

/** The secret is in this answer only. */
export const createAccessKey = (description: string) =>
  answer(api.POST('/access_keys', { body: description ? { description } : {} }));

export const setAccessKeyDisabled = (access_key_id: string, disabled: boolean) =>
  answer(
    api.PUT('/access_keys/{access_key_id}', { params: { path: { access_key_id } }, body: { disabled } }),
  );

export const deleteAccessKey = (access_key_id: string) =>
  answer(api.DELETE('/access_keys/{access_key_id}', { params: { path: { access_key_id } } }));
