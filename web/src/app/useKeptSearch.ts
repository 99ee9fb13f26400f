import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { refKindQuery } from '../api/queries/objects';
import { repositoryQuery } from '../api/queries/repositories';
import { keepRef, useCurrentRef } from '../widgets/current-ref';

/** What the pages of a repository are opened with, so that the ref that one looks at goes along from one to the next. */
export function useKeptSearch(repository: string): (to: string) => Record<string, string | undefined> {
  const search: { ref?: string; branch?: string; right?: string } = useSearch({ strict: false });
  const known = useCurrentRef(repository);
  const told = search.ref ?? search.branch ?? search.right;
  const ref = told ?? known;
  useEffect(() => {
    if (repository !== '' && told !== undefined) keepRef(repository, told);
  }, [repository, told]);
  const isAsked = repository !== '' && ref !== undefined;
  const kind = useQuery({ ...refKindQuery(repository, ref ?? ''), enabled: isAsked }).data;
  const main = useQuery({ ...repositoryQuery(repository), enabled: isAsked }).data?.default_branch;
  // What is not committed and where to import to is asked of branches alone.
  const branch = kind === undefined || kind === 'branch' ? ref : undefined;
  return (to) => {
    switch (to) {
      case '/repositories/$repository/objects':
      case '/repositories/$repository/commits':
        return { ref };
      case '/repositories/$repository/changes':
      case '/repositories/$repository/import':
        return { branch };
      case '/repositories/$repository/compare':
        return ref === undefined || ref === main ? {} : { left: main, right: ref };
      default:
        return {};
    }
  };
}
