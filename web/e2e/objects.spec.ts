import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

test('objects are browsed, uploaded, looked at and committed', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'hello', 'raw/b.txt': 'world', 'top.txt': 'top' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  const table = page.getByRole('grid', { name: 'Objects' });
  await expect(table).toContainText('top.txt');
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(table).toContainText('top.txt');
    await expectNoAxeViolations(page);
  }

  await page.getByText('raw/', { exact: true }).dblclick();
  await expect(page).toHaveURL(/path=raw\//);
  await expect(table).toContainText('b.txt');

  await page.getByLabel('Files to upload').setInputFiles({
    name: 'new.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('new'),
  });
  await expect(table).toContainText('new.txt');

  await page.getByText('b.txt', { exact: true }).dblclick();
  const info = page.getByRole('dialog', { name: 'Object info' });
  await expect(info).toContainText('raw/b.txt');
  await expect(info).toContainText('s3://');
  await expect(info).toContainText("In the repository's own namespace");
  await page.keyboard.press('Escape');
  await expect(info).toBeHidden();

  await page.getByRole('link', { name: /uncommitted change/ }).click();
  await expect(page.getByRole('heading', { name: 'Uncommitted changes' })).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Commit', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Message').fill('By mouse');
  await dialog.getByRole('button', { name: 'Commit', exact: true }).click();
  await expect(page).toHaveURL(/\/commits\/[0-9a-f]{64}/);
  await expect(page.getByText('By mouse').first()).toBeVisible();
});

test('uncommitted changes are reverted', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await page
    .getByLabel('Files to upload')
    .setInputFiles({ name: 'late.txt', mimeType: 'text/plain', buffer: Buffer.from('late') });
  await page.getByRole('link', { name: '1 uncommitted change' }).click();
  await page.getByRole('button', { name: 'Revert all' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revert' }).click();
  await expect(page.getByText('Nothing to commit')).toBeVisible();
});

test('a bucket is made, filled, browsed and deleted', async ({ page, server, name }) => {
  await openSignedIn(page, server, '/ui/buckets');
  await page.getByRole('button', { name: 'New bucket' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const buckets = page.getByRole('grid', { name: 'Buckets' });
  await page.getByLabel('Buckets that begin with').fill(name);
  await expect(buckets).toContainText(name);
  await expectNoAxeViolations(page);
  await buckets.getByText(name, { exact: true }).dblclick();
  await expect(page).toHaveURL(`/ui/buckets/${name}`);
  await page
    .getByLabel('Files to upload')
    .setInputFiles({ name: 'a b&c.txt', mimeType: 'text/plain', buffer: Buffer.from('abc') });
  const objects = page.getByRole('grid', { name: 'Objects' });
  await expect(objects).toContainText('a b&c.txt');
  await objects.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('No objects here yet')).toBeVisible();

  await page.goto(`/ui/buckets?prefix=${name}`);
  await page.getByRole('grid', { name: 'Buckets' }).getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete bucket' }).click();
  await expect(page.getByText('No bucket begins with this')).toBeVisible();
});
