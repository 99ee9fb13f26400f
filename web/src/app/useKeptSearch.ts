import { useQuery } from '@tanstack/react-query';
import { useMatches, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { refKindQuery, type RefKind } from '../api/queries/objects';
import { repositoryQuery } from '../api/queries/repositories';
import { keepRef, useCurrentRef } from '../widgets/current-ref';

/** The pages of a repository that show one ref, and show the default branch where their address names none. */
const pagesOfOneRef = new Set(
  ['objects', 'changes', 'import'].map((page) => `/repositories/$repository/${page}`),
);

/** The route of the page that is shown. */
export function usePage(): string | undefined {
  return useMatches({ select: (matches) => matches.at(-1)?.routeId });
}

export interface ShownRef {
  /** What the address of the page says, or what the page shows where it says nothing. */
  told: string | undefined;
  /** That, or what was chosen last in this repository. */
  ref: string | undefined;
  /** The default branch. */
  main: string | undefined;
}

/** The ref that one looks at. */
export function useShownRef(repository: string): ShownRef {
  const search: { ref?: string; branch?: string; right?: string } = useSearch({ strict: false });
  const page = usePage() ?? '';
  const known = useCurrentRef(repository);
  const main = useQuery({ ...repositoryQuery(repository), enabled: repository !== '' }).data?.default_branch;
  const told = search.ref ?? search.branch ?? search.right ?? (pagesOfOneRef.has(page) ? main : undefined);
  return { told, ref: told ?? known, main };
}

/** What the pages of a repository are opened with, so that the ref that one looks at goes along from one to the next. */
export function useKeptSearch(repository: string): (to: string) => Record<string, string | undefined> {
  const { told, ref, main } = useShownRef(repository);
  useEffect(() => {
    if (repository !== '' && told !== undefined) keepRef(repository, told);
  }, [repository, told]);
  const kind = useRefKind(repository, ref);
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

/** What the ref is; nothing as long as that is not known. */
export function useRefKind(repository: string, ref: string | undefined): RefKind | undefined {
  const isAsked = repository !== '' && ref !== undefined;
  return useQuery({ ...refKindQuery(repository, ref ?? ''), enabled: isAsked }).data;
}
