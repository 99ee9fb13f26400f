/** Promotions: one operation of the server, which says beforehand what it would do, and the commits that it made. */
import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../client';
import type { Commit } from '../types';
import { isWithin, outputPlaces } from '../outputs';
import { commitQuery } from './commits';
import { pageAmount } from './paging';

/** Who wins where both sides changed a path; '': nobody, it is a conflict. */
export type PromotionStrategy = '' | 'source-wins' | 'dest-wins';

/** Of one run to one head of a branch. */
export interface PromotionChoice {
  /** The run's commit: what was looked at, not its branch, which may move. */
  commit: string;
  destination: string;
  /** Where the destination was when it was looked at: the server promotes to that commit or not at all. */
  head: string;
  strategy: PromotionStrategy;
}

/**
 * What the promotion would do; nothing is changed. An answer is about commits, so that it stays true: it is not among what is
 * read again when the repository changes, for by then the head is another.
 */
export const promotionPlanQuery = (repository: string, choice: PromotionChoice) =>
  queryOptions({
    queryKey: ['promotion-plan', repository, choice],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/repositories/{repository}/refs/{run}/promote/{destination}', {
          params: { path: { repository, run: choice.commit, destination: choice.destination } },
          body: {
            strategy: choice.strategy,
            expected_destination_commit: choice.head,
            dry_run: true,
          },
          signal,
        }),
      ),
    staleTime: Infinity,
    retry: false,
  });

export interface PromotionOrder extends PromotionChoice {
  message: string;
  /** Of the run's metrics: `accuracy>=0.9`. */
  requirements: string[];
  /** Also where the data would not be those that the run was given; recorded in the commit. */
  allowDataChange: boolean;
}

export const promote = (repository: string, order: PromotionOrder) =>
  answer(
    api.POST('/repositories/{repository}/refs/{run}/promote/{destination}', {
      params: { path: { repository, run: order.commit, destination: order.destination } },
      body: {
        message: order.message,
        requirements: order.requirements,
        strategy: order.strategy,
        expected_destination_commit: order.head,
        allow_data_change: order.allowDataChange,
      },
    }),
  );

/** The promotions among the newest commits of a branch, newest first: as far back as the server looks for them. */
export const promotionsQuery = (repository: string, branch: string) =>
  queryOptions({
    queryKey: ['repositories', repository, 'promotions', branch],
    queryFn: async ({ signal }): Promise<Commit[]> => {
      const { results } = await answer(
        api.GET('/repositories/{repository}/refs/{ref}/commits', {
          params: {
            path: { repository, ref: branch },
            query: { first_parent: true, amount: pageAmount },
          },
          signal,
        }),
      );
      return results.filter(({ metadata }) => metadata?.['anabranch.promoted_commit'] !== undefined);
    },
  });

/** Whether the results that a promotion put on a branch are there as it left them. */
export const isHeldQuery = (repository: string, branch: string, promotion: Commit) => {
  const left = promotion.id;
  const run = promotion.metadata?.['anabranch.promoted_commit'] ?? left;
  return queryOptions({
    queryKey: ['repositories', repository, 'promotions', branch, 'held', { left, run }],
    queryFn: async ({ client, signal }) => {
      const { metadata } = await client.query({ ...commitQuery(repository, run), staleTime: 'static' });
      for (const prefix of outputPlaces(metadata?.['anabranch.out'])) {
        const { results } = await answer(
          api.GET('/repositories/{repository}/refs/{left}/diff/{right}/summary', {
            params: {
              path: { repository, left, right: branch },
              query: { type: 'two_dot', prefix, delimiter: '/' },
            },
            signal,
          }),
        );
        if (results.some(({ path }) => isWithin(path, prefix))) return false;
      }
      return true;
    },
  });
};
