import type { Locator, Page } from '@playwright/test';
import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Objects' });

test('a bucket is made, filled, browsed and deleted', async ({ page, server, name }) => {
  await openSignedIn(page, server, '/ui/buckets');
  await page.getByRole('button', { name: 'New bucket' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await expectNoAxeViolations(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Create bucket' }).click();
  await expect(page).toHaveURL(`/ui/buckets/${name}`);
  await expect(page.getByText('This bucket is empty')).toBeVisible();
  await expectNoAxeViolations(page);

  await page.getByLabel('Files to upload').setInputFiles([
    { name: 'a b&c.txt', mimeType: 'text/plain', buffer: Buffer.from('abc') },
    { name: 'large.bin', mimeType: '', buffer: Buffer.alloc(17 * 1024 * 1024, 1) },
  ]);
  await expect(grid(page)).toContainText('a b&c.txt');
  await expect(grid(page)).toContainText('17 MiB');
  await grid(page).getByRole('link', { name: 'a b&c.txt' }).click();
  await expect(page.getByRole('region', { name: 'Object', exact: true })).toContainText('abc');
  await page.getByRole('button', { name: 'Object info' }).click();
  await expect(page.getByRole('dialog')).toContainText('text/plain');
  await expect(page.getByRole('dialog')).toContainText('CRC64NVME');
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close the object' }).click();

  const downloading = page.waitForEvent('download');
  await grid(page)
    .getByRole('row', { name: 'a b&c.txt' })
    .getByRole('button', { name: 'Row actions' })
    .click();
  await page.getByRole('menuitem', { name: 'Download' }).click();
  expect((await downloading).suggestedFilename()).toBe('a b&c.txt');

  await page.getByLabel('Select all loaded rows').check();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('This bucket is empty')).toBeVisible();
});

test('a bucket with objects is deleted when its name is typed', async ({ page, server, seed, name }) => {
  await seed.bucket(name, { 'a/1.txt': '1', 'a/2.txt': '2' });
  await openSignedIn(page, server, `/ui/buckets?prefix=${name}`);
  const buckets = page.getByRole('grid', { name: 'Buckets' });
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(buckets).toContainText(name);
    await expectNoAxeViolations(page);
  }
  await buckets.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog')).toContainText('2 objects');
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete bucket' }).click();
  await expect(page.getByText('No bucket has this in its name')).toBeVisible();
});

test('a folder of a bucket is deleted with what is in it', async ({ page, server, seed, name }) => {
  await seed.bucket(name, { 'a/1.txt': '1', 'a/b/2.txt': '2', 'c.txt': 'c' });
  await openSignedIn(page, server, `/ui/buckets/${name}`);
  await grid(page).getByRole('row', { name: 'a/' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel('Type delete to confirm').fill('delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(grid(page).getByRole('row')).toHaveCount(2);
});

test('a namespace shows that nothing was copied', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'own.txt': 'own' });
  await seed.bucket(`${name}-source`, { 'a.txt': 'x'.repeat(5000), 'b.txt': 'y' });
  const { id } = await seed.rest<{ id: string }>('POST', `/repositories/${name}/branches/main/import`, {
    paths: [{ path: `s3://${name}-source/`, destination: 'imported/', type: 'common_prefix' }],
    commit: { message: 'Import' },
  });
  await expect
    .poll(async () => {
      const path = `/repositories/${name}/branches/main/import?id=${id}`;
      return (await seed.rest<{ completed: boolean }>('GET', path)).completed;
    })
    .toBe(true);
  await openSignedIn(page, server, `/ui/buckets?prefix=${name}-store`);
  await page.getByRole('grid', { name: 'Buckets' }).getByRole('link', { name: name, exact: true }).click();

  const banner = page.getByRole('region', { name: 'Storage namespace' });
  await expect(banner).toContainText('3 objects');
  await expect(banner).toContainText('1 object3 B');
  await expect(page.getByRole('button', { name: 'Upload', exact: true })).toBeDisabled();
  await expectNoAxeViolations(page);
  await grid(page).getByRole('link', { name: '_lakefs/' }).click();
  await expect(grid(page)).toContainText('metarange');
  await expect(grid(page)).toContainText('range');
  await grid(page).getByRole('row').nth(1).click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeDisabled();
});

test('incomplete uploads are listed and aborted', async ({ page, server, seed, name }) => {
  await seed.bucket(name);
  await seed.s3('POST', `/${name}/half.bin?uploads`);
  await openSignedIn(page, server, `/ui/buckets/${name}`);
  await page.getByRole('button', { name: 'Incomplete uploads' }).click();
  await expect(page.getByRole('dialog')).toContainText('half.bin');
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Abort the upload of half.bin' }).click();
  await expect(page.getByText('No incomplete uploads')).toBeVisible();
});

test('a repository, and a bucket that is not there, are told', async ({ page, server, seed, name }) => {
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/buckets/${name}`);
  await expect(page.getByText(`${name} is a repository`)).toBeVisible();
  await page.goto('/ui/buckets/no-such-bucket');
  await expect(page.getByText('There is no bucket “no-such-bucket”')).toBeVisible();
  await expectNoAxeViolations(page);
});

test('objects are found by any part of their names', async ({ page, server, seed, name }) => {
  await seed.bucket(name, { 'raw/a-Long-name.txt': 'x', 'raw/long.txt': 'x', 'raw/short.txt': 'x' });
  await openSignedIn(page, server, `/ui/buckets/${name}?prefix=raw/`);
  const grid = page.getByRole('grid', { name: 'Objects' });
  await expect(grid.getByRole('row')).toHaveCount(4);

  await page.getByLabel('Names with').fill('long');
  await expect(grid.getByRole('row')).toHaveCount(3);
  await expect(grid).toContainText('a-Long-name.txt');
  await page.getByLabel('Names with').fill('no such');
  await expect(page.getByText('No name has “no such”')).toBeVisible();
});
