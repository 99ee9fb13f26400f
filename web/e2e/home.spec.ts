import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';
import { Server } from './server';

test('home shows what there is', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'hello', 'raw/b.txt': 'world' });
  // Home shows the largest buckets only, and other tests have theirs on this server.
  await seed.bucket(`${name}-plain`, { 'a.bin': '0123456789'.repeat(1_000_000) });

  await openSignedIn(page, server, '/ui/');

  await expect(page.getByRole('region', { name: 'Repositories' })).toContainText(name);
  await expect(page.getByRole('region', { name: 'Repositories' })).toContainText('2 objects');
  await expect(page.getByRole('region', { name: 'Buckets' })).toContainText(`${name}-plain`);
  await expect(page.getByRole('region', { name: 'Space' })).toContainText(server.folder);
  await expect(page.getByText(`export ANABRANCH_ENDPOINT=${server.url}`)).toBeVisible();
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(page.getByRole('region', { name: 'Repositories' })).toContainText('2 objects');
    await expectNoAxeViolations(page);
  }
});

test('a bar of space is as full as the disk', async ({ page, server, seed }) => {
  const { drives } = await seed.rest<{ drives: { path: string; used_bytes: number; free_bytes: number }[] }>(
    'GET',
    '/server',
  );
  const drive = drives[0];
  expect(drive).toBeDefined();
  if (!drive) return;
  await openSignedIn(page, server, '/ui/');

  const bar = page.getByRole('progressbar', { name: `Space taken on ${drive.path}` });
  const shown = Number(await bar.getAttribute('aria-valuenow'));
  // As df computes it; others write to this disk at the same time.
  expect(Math.abs(shown - (100 * drive.used_bytes) / (drive.used_bytes + drive.free_bytes))).toBeLessThan(2);
});

test('an empty server is filled with sample data by a button', async ({ page }) => {
  const fresh = await Server.create();
  try {
    const answer = await page.request.post(`${fresh.url}/api/v1/session`, {
      headers: { origin: fresh.url },
      data: { access_key_id: fresh.rootKey.id, secret_access_key: fresh.rootKey.secret },
    });
    expect(answer.ok()).toBe(true);
    await page.goto(`${fresh.url}/ui/`);
    await expect(page.getByText('No buckets yet')).toBeVisible();
    await page.getByRole('button', { name: 'Try with sample data' }).click();

    await expect(page).toHaveURL(/repositories\/sample\/objects/);
    await expect(page.getByRole('row').filter({ hasText: 'README.md' })).toBeVisible();
    await page.goto(`${fresh.url}/ui/repositories/sample/changes?branch=cleaned&object=raw/dogs.csv`);
    await expect(page.getByRole('grid', { name: 'Differences of the table' })).toContainText('Pug');
  } finally {
    await fresh.remove();
  }
});

test('a repository is made with its bucket, found, and deleted', async ({ page, server, name }) => {
  await openSignedIn(page, server, '/ui/repositories');
  await page.getByRole('button', { name: 'New repository' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('combobox', { name: 'Storage namespace' }).fill(`s3://${name}-store/data`);
  await expect(page.getByText('is created along with it')).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Create repository' }).click();
  await expect(page).toHaveURL(`/ui/repositories/${name}/objects`);

  await page.goto('/ui/repositories');
  await page.getByLabel('Names with').fill(name);
  await expect(page).toHaveURL(`/ui/repositories?prefix=${name}`);
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const confirm = page.getByRole('button', { name: 'Delete repository' });
  await expect(confirm).toBeDisabled();
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await confirm.click();

  await expect(page.getByText(`No repository has “${name}” in its name`)).toBeVisible();
});

test('a name that is taken is told in the dialog', async ({ page, server, seed, name, allowConsole }) => {
  allowConsole(/status of 4\d\d/);
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories?prefix=${name}`);
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
  await page.keyboard.press('n');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('combobox', { name: 'Storage namespace' }).fill(`s3://${name}-store/other`);
  await page.getByRole('button', { name: 'Create repository' }).click();

  await expect(page.getByRole('alert')).toBeVisible();
});
