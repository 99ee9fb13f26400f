import type { Page } from '@playwright/test';
import { expect, expectNoAxeViolations, openSignedIn, test } from './fixtures';

const refresh = (page: Page) => page.getByRole('button', { name: 'Refresh', exact: true }).click();
/** As one comes back from a terminal beside the browser: nothing was hidden. */
const focus = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));

test('lists show what others did: when the window is looked at, and at a click', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await expect(page.getByRole('row').filter({ hasText: 'a.txt' })).toBeVisible();
  await seed.put(name, 'main/b.txt', 'b');
  await focus(page);
  await expect(page.getByRole('row').filter({ hasText: 'b.txt' })).toBeVisible();
  await seed.put(name, 'main/c.txt', 'c');
  await refresh(page);
  await expect(page.getByRole('row').filter({ hasText: 'c.txt' })).toBeVisible();

  const lists: [string, string, () => Promise<unknown>][] = [
    [`/ui/repositories/${name}/branches`, 'late-branch', () => seed.branch(name, 'late-branch')],
    [
      `/ui/repositories/${name}/tags`,
      'late-tag',
      () => seed.rest('POST', `/repositories/${name}/tags`, { id: 'late-tag', ref: 'main' }),
    ],
    [`/ui/repositories/${name}/commits`, 'Late commit', () => seed.commit(name, 'main', 'Late commit')],
    [`/ui/repositories/${name}/changes`, 'late.txt', () => seed.put(name, 'main/late.txt', 'late')],
    [`/ui/buckets?prefix=${name}`, `${name}-late`, () => seed.bucket(`${name}-late`)],
    [`/ui/buckets/${name}-late`, 'late.bin', () => seed.put(`${name}-late`, 'late.bin', 'x')],
    [`/ui/repositories?prefix=${name}`, `${name}-more`, () => seed.repository(`${name}-more`)],
  ];
  for (const [path, made, make] of lists) {
    await page.goto(path);
    await expect(page.getByRole('button', { name: 'Refresh', exact: true })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expect(page.getByText(made, { exact: true })).toHaveCount(0);
    await make();
    await refresh(page);
    await expect(page.getByText(made).first(), path).toBeVisible();
  }
});

test('the ref stays from page to page', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.branch(name, 'wip');
  await seed.put(name, 'wip/only-here.txt', 'x');
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?ref=wip`);
  const links = page.getByRole('list', { name: `Repository ${name}` });
  const go = (label: string) => links.getByRole('link', { name: label, exact: true }).click();
  await expect(page.getByText('only-here.txt')).toBeVisible();

  await go('Uncommitted');
  await expect(page).toHaveURL(/branch=wip/);
  await expect(page.getByText('1 change', { exact: true })).toBeVisible();
  await go('Commits');
  await expect(page).toHaveURL(/ref=wip/);
  await go('Tags');
  await go('Import');
  await expect(page).toHaveURL(/branch=wip/);
  await go('Compare');
  await expect(page).toHaveURL(/left=main.*right=wip/);
  await go('Experiments');
  await go('Objects');
  await expect(page).toHaveURL(/ref=wip/);

  await go('Branches');
  await page.getByRole('button', { name: 'New branch' }).click();
  await page.getByLabel('Name', { exact: true }).fill('ingest');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Create/ })
    .click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await go('Import');
  await expect(page).toHaveURL(/branch=ingest/);
});

test('the ref is chosen in one place, for every page of the repository', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.branch(name, 'wip');
  await seed.put(name, 'wip/only-here.txt', 'x');
  await seed.rest('POST', `/repositories/${name}/tags`, { id: 'v1', ref: 'main' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  const sidebar = page.getByRole('complementary', { name: 'Sidebar' });
  const selector = sidebar.getByRole('button', { name: /^ref/ });
  const links = page.getByRole('list', { name: `Repository ${name}` });
  const go = (label: string) => links.getByRole('link', { name: label, exact: true }).click();
  const choose = async (ref: string) => {
    await selector.click();
    await page.getByRole('option', { name: ref }).first().click();
    await expect(selector).toHaveText(`ref ${ref}`);
  };
  await expect(selector).toHaveText('ref main');
  await expect(page.getByRole('button', { name: /^ref/ })).toHaveCount(1);
  await expect(page.getByTitle('Not committed on')).toHaveCount(0);

  await choose('wip');
  await expect(page).toHaveURL(/objects\?ref=wip/);
  await expect(page.getByText('only-here.txt')).toBeVisible();
  await expect(links.getByTitle('Not committed on wip')).toHaveText('1');
  await expectNoAxeViolations(page);
  await go('Import');
  await expect(selector).toHaveText('ref wip');
  await choose('main');
  await expect(page).toHaveURL(/import\?branch=main/);
  await expect(page.getByRole('button', { name: 'Import into main' })).toBeVisible();
  await go('Uncommitted');
  await expect(page.getByText('Nothing to commit')).toBeVisible();
  await choose('wip');
  await expect(page.getByText('only-here.txt')).toBeVisible();
  await go('Commits');
  await choose('All branches');
  await expect(page).toHaveURL(/commits$/);
  await choose('v1');
  await expect(page).toHaveURL(/commits\?ref=v1/);
  await go('Branches');
  await choose('main');
  await expect(page).toHaveURL(/objects\?ref=main/);

  await page.setViewportSize({ width: 400, height: 800 });
  await expect(page.getByRole('banner').getByRole('button', { name: /^ref/ })).toHaveText('ref main');
});
