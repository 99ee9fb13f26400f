/**
 * What every browser test has: a server of its worker, a client to fill it, and a page that fails the test on a console
 * error, an uncaught exception, or anything that the Content-Security-Policy refused.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { Seeder, Server } from './server';

interface PageFixtures {
  /** Console messages that this test provokes, such as those of a 404 that it asks for. */
  allowConsole: (pattern: RegExp) => void;
  /** A name that no other test of the worker has: servers are shared, so things need names of their own. */
  name: string;
  watched: undefined;
}

interface WorkerFixtures {
  server: Server;
  seed: Seeder;
}

const allowed = new WeakMap<Page, RegExp[]>();

export const test = base.extend<PageFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await Server.create();
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
  seed: [async ({ server }, use) => use(new Seeder(server)), { scope: 'worker' }],
  baseURL: async ({ server }, use) => use(server.url),
  name: async ({}, use, info) => use(`t-${info.testId.slice(-8)}-${info.repeatEachIndex}`),
  allowConsole: async ({ page }, use) => {
    await use((pattern) => allowed.set(page, [...(allowed.get(page) ?? []), pattern]));
  },
  watched: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('request', (request) => {
        const { protocol, host } = new URL(request.url());
        if (
          protocol.startsWith('http') &&
          host !== new URL(page.url(), 'http://none').host &&
          page.url() !== 'about:blank'
        ) {
          problems.push(`asked another host: ${request.url()}`);
        }
      });
      await use(undefined);
      const patterns = allowed.get(page) ?? [];
      const unexpected = problems.filter((problem) => !patterns.some((pattern) => pattern.test(problem)));
      expect(unexpected, 'console errors, exceptions, refusals of the Content-Security-Policy').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Signs in by the form and lands at `path`. */
export async function signIn(page: Page, server: Server, path = '/ui/'): Promise<void> {
  await page.goto(path);
  await page.getByLabel('Access key id').fill(server.rootKey.id);
  await page.getByLabel('Secret access key', { exact: true }).fill(server.rootKey.secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
}

/** Signs in by a request, without the form: for tests of other pages. */
export async function openSignedIn(page: Page, server: Server, path: string): Promise<void> {
  const answer = await page.request.post('/api/v1/session', {
    headers: { origin: server.url },
    data: { access_key_id: server.rootKey.id, secret_access_key: server.rootKey.secret },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  await page.goto(path);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
}

/** WCAG 2.1 A and AA, and axe's own advice. Give it the page at rest: an animation's colours are nobody's. */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // Menus and lists that open over the page belong to no landmark and need none; the heading of a dialog is not the
    // page's banner, for which axe takes it.
    .disableRules(['region', 'landmark-no-duplicate-banner', 'landmark-unique'])
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
    .analyze();
  const told = violations.map(
    (violation) =>
      `${violation.id}: ${violation.help}\n  ${violation.nodes.map((node) => node.html).join('\n  ')}`,
  );
  expect(told).toEqual([]);
}

/** That those who jump from landmark to landmark can tell them apart. */
export async function expectDistinctLandmarks(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withRules(['landmark-unique']).analyze();
  expect(violations.flatMap(({ nodes }) => nodes.map((node) => node.html))).toEqual([]);
}

export async function setTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem('anabranch.color-scheme', chosen), theme);
  await page.reload();
}
