/** Figures of a repository, asked for when its row comes into view. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { repositoryFiguresQuery } from '../../api/queries/repositories';
import { Bytes, Count } from '../../ui/figures';
import { formatPlural } from '../../ui/format';

export function BranchCount({ repository }: { repository: string }): ReactElement | null {
  const { data } = useQuery(repositoryFiguresQuery(repository));
  return data ? <Count value={data.branches} /> : null;
}

export function HeadSize({ repository }: { repository: string }): ReactElement | null {
  const { data } = useQuery(repositoryFiguresQuery(repository));
  if (!data) return null;
  return (
    <>
      <Bytes value={data.bytes} /> · {formatPlural(data.objects, 'object')}
    </>
  );
}
