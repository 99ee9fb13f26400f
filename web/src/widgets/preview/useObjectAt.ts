import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { objectAtQuery } from '../../api/queries/diffs';
import { repositorySource } from './source';

/** What is known of an object at a ref (null: there is none), and where its preview reads it. */
export function useObjectAt(repository: string, ref: string, path: string) {
  const query = useQuery(objectAtQuery(repository, ref, path));
  const stats = query.data;
  const source = useMemo(
    () => (stats ? repositorySource(repository, ref, stats) : undefined),
    [repository, ref, stats],
  );
  return { query, stats, source };
}
