import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { keepRef } from '../widgets/current-ref';
import { RefSelect } from '../widgets/RefSelect';
import { usePage, useShownRef } from './useKeptSearch';

/**
 * The branch, tag or commit that one looks at: one place for all pages of a repository. Choosing another shows the same page
 * of it, or its objects where the page is of no ref.
 */
export function RefSelector({ repository }: { repository: string }): ReactElement {
  const navigate = useNavigate();
  const page = usePage();
  const { told, ref, main } = useShownRef(repository);
  const params = { repository };
  const isCommits = page === '/repositories/$repository/commits';
  const choose = (chosen: string) => {
    keepRef(repository, chosen);
    switch (page) {
      case '/repositories/$repository/changes':
        return navigate({ to: page, params, search: { branch: chosen } });
      case '/repositories/$repository/import':
        return navigate({
          from: page,
          to: page,
          params,
          // An import that goes on is of the branch that it was begun for.
          search: (old) => (old.id === undefined ? { ...old, branch: chosen } : { branch: chosen }),
          replace: true,
        });
      case '/repositories/$repository/commits':
        return navigate({ from: page, to: page, params, search: (old) => ({ ...old, ref: chosen }) });
      case '/repositories/$repository/compare':
        return navigate({
          from: page,
          to: page,
          params,
          search: (old) => ({ ...old, right: chosen, open: undefined, path: undefined }),
        });
      case '/repositories/$repository/objects':
        return navigate({
          from: page,
          to: page,
          params,
          search: (old) => ({ ...old, ref: chosen, info: undefined }),
        });
      default:
        return navigate({ to: '/repositories/$repository/objects', params, search: { ref: chosen } });
    }
  };
  const all = () =>
    void navigate({
      from: '/repositories/$repository/commits',
      to: '/repositories/$repository/commits',
      params,
      search: (old) => ({ ...old, ref: undefined }),
    });
  return (
    <RefSelect
      repository={repository}
      value={isCommits ? told : (ref ?? main)}
      onChange={(chosen) => void choose(chosen)}
      branchesOnly={
        page === '/repositories/$repository/changes' || page === '/repositories/$repository/import'
      }
      none={isCommits ? { label: 'All branches', onChoose: all } : undefined}
      fill
    />
  );
}
