import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

test('branches are listed, searched, created and deleted', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  for (const branch of ['alpha', 'beta']) await seed.branch(name, branch);
  await seed.put(name, 'beta/b.txt', 'b');
  await seed.commit(name, 'beta', 'Only on beta');
  await openSignedIn(page, server, `/ui/repositories/${name}/branches`);
  const rows = page.getByRole('grid', { name: 'Branches' }).getByRole('row');
  const dialog = page.getByRole('dialog');
  const menu = async (branch: string, action: string) => {
    await rows.filter({ hasText: branch }).getByRole('button', { name: 'Row actions' }).click();
    await page.getByRole('menuitem', { name: action, exact: true }).click();
  };

  await expect(rows).toHaveCount(4);
  await expect(rows.filter({ hasText: 'beta' })).toContainText('Only on beta');
  await expect(rows.filter({ hasText: 'main' })).toContainText('default');
  await expectNoAxeViolations(page);
  await setTheme(page, 'dark');
  await expect(rows.filter({ hasText: 'beta' })).toContainText('Only on beta');
  await expectNoAxeViolations(page);

  await page.keyboard.press('n');
  await dialog.getByLabel('Name').fill('not/allowed');
  await expect(dialog.getByText('Letters, digits, dashes')).toBeVisible();
  await dialog.getByLabel('Name').fill('gamma');
  await dialog.getByRole('button', { name: 'Create branch' }).click();
  await expect(rows.filter({ hasText: 'gamma' })).toBeVisible();

  await page.getByRole('textbox', { name: 'Branches with' }).fill('al');
  await expect(rows).toHaveCount(2);
  await expect(page).toHaveURL(/prefix=al/);
  await page.getByRole('textbox', { name: 'Branches with' }).fill('');

  // Merged: no typing. Not merged: its name.
  await menu('alpha', 'Delete');
  await dialog.getByRole('button', { name: 'Delete branch' }).click();
  await expect(rows.filter({ hasText: 'alpha' })).toHaveCount(0);
  await menu('beta', 'Delete');
  await expect(dialog.getByRole('button', { name: 'Delete branch' })).toBeDisabled();
  await dialog.getByLabel('Type beta to confirm').fill('beta');
  await dialog.getByRole('button', { name: 'Delete branch' }).click();
  await expect(rows.filter({ hasText: 'beta' })).toHaveCount(0);
});

test('a branch is reset, and not while it has uncommitted changes', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/status of 4\d\d.*hard_reset/);
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.branch(name, 'work');
  await seed.put(name, 'work/b.txt', 'b');
  await seed.commit(name, 'work', 'To be undone');
  await seed.put(name, 'work/c.txt', 'c');
  await openSignedIn(page, server, `/ui/repositories/${name}/branches`);
  const row = page.getByRole('row').filter({ hasText: 'work' });
  const dialog = page.getByRole('dialog');

  await row.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Reset' }).click();
  await dialog.getByRole('button', { name: 'to Choose' }).click();
  await page.getByRole('option', { name: 'main' }).first().click();
  await dialog.getByRole('button', { name: 'Reset branch' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expectNoAxeViolations(page);
  await dialog.getByLabel('Drop uncommitted changes').check();
  await dialog.getByRole('button', { name: 'Reset branch' }).click();

  await expect(dialog).toBeHidden();
  await expect(row).toContainText('First data');
});

test('several branches are deleted together', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  for (const branch of ['run-1', 'run-2', 'run-3']) await seed.branch(name, branch);
  await openSignedIn(page, server, `/ui/repositories/${name}/branches`);
  const rows = page.getByRole('grid', { name: 'Branches' }).getByRole('row');
  await expect(rows).toHaveCount(5);

  for (const branch of ['run-1', 'run-2', 'run-3']) {
    await rows.filter({ hasText: branch }).getByLabel('Select row').check();
  }
  await page.getByRole('button', { name: 'Delete 3 branches' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Type delete 3 to confirm').fill('delete 3');
  await dialog.getByRole('button', { name: 'Delete 3 branches' }).click();

  await expect(rows).toHaveCount(2);
});

test('tags are created, browsed and deleted', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await openSignedIn(page, server, `/ui/repositories/${name}/tags`);
  await expect(page.getByText('No tags yet')).toBeVisible();
  await expectNoAxeViolations(page);

  await page.getByRole('button', { name: 'New tag' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('v1.0');
  await dialog.getByRole('button', { name: 'Create tag' }).click();
  const row = page.getByRole('row').filter({ hasText: 'v1.0' });
  await expect(row).toContainText('First data');
  await setTheme(page, 'dark');
  await expect(row).toContainText('First data');
  await expectNoAxeViolations(page);

  await row.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete tag' }).click();
  await expect(page.getByText('No tags yet')).toBeVisible();
});

test('branches of runs leave the others in sight, and any part of a name finds a branch', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.sweep(name, 'grid', [], 12);
  for (let number = 1; number <= 12; number += 1) await seed.branch(name, `grid-${number}`);
  await seed.branch(name, 'a-Long-Description');
  await openSignedIn(page, server, `/ui/repositories/${name}/branches`);
  const names = () =>
    page
      .getByRole('row')
      .getByRole('link')
      .filter({ hasText: /^(main|a-|grid)/ })
      .allTextContents();

  await expect(page.getByText('Branches of runs (12 hidden)')).toBeVisible();
  await expect.poll(names).toEqual(['main', 'a-Long-Description']);
  await page.getByRole('switch', { name: /^Branches of runs/ }).click();
  await expect
    .poll(async () => (await names()).slice(0, 4))
    .toEqual(['main', 'a-Long-Description', 'grid-1', 'grid-2']);
  await page.getByRole('textbox', { name: 'Branches with' }).fill('long-desc');
  await expect.poll(names).toEqual(['a-Long-Description']);

  await page.goto(`/ui/repositories/${name}/objects`);
  await page.getByRole('button', { name: /^ref/ }).click();
  await expect(page.getByRole('option').first()).toContainText('main');
  await expect(page.getByRole('option', { name: 'grid-2', exact: true })).toHaveCount(0);
  await expectNoAxeViolations(page);
  await page.getByRole('option', { name: /^grid.*12 runs/ }).click();
  await expect(page.getByRole('option').filter({ hasText: /^grid-/ })).toHaveText(
    Array.from({ length: 12 }, (_, index) => `grid-${index + 1}`),
  );
  await page.getByRole('option', { name: /^grid.*12 runs/ }).click();
  await expect(page.getByRole('option').filter({ hasText: /^grid-/ })).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Find a branch, tag or commit' }).fill('desc');
  await expect(page.getByRole('option', { name: 'a-Long-Description' })).toBeVisible();
});
