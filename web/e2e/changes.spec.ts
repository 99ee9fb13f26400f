import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

test('changes are looked at by prefix, reverted and committed', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'before', 'raw/b.txt': 'b', 'keep.txt': 'k' });
  await seed.put(name, 'main/raw/a.txt', 'after');
  await seed.put(name, 'main/new/one.txt', '1');
  await seed.put(name, 'main/new/two.txt', '22');
  await seed.s3('DELETE', `/${name}/main/raw/b.txt`);
  await openSignedIn(page, server, `/ui/repositories/${name}/changes`);
  const tree = page.getByRole('tree', { name: 'Uncommitted changes' });
  await expect(page.getByText('4 changes')).toBeVisible();
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(tree).toContainText('new/');
    await expectNoAxeViolations(page);
  }

  await tree.getByRole('treeitem', { name: 'raw/' }).click();
  await expect(tree.getByRole('treeitem', { name: 'b.txt' })).toContainText('removed');
  await tree.getByRole('treeitem', { name: 'a.txt' }).click();
  const pane = page.getByRole('region', { name: 'Object', exact: true });
  // What differs comes first; each state is a click away.
  await expect(pane.locator('mark').filter({ hasText: 'before' }).first()).toBeVisible();
  await expect(pane.locator('mark').filter({ hasText: 'after' }).first()).toBeVisible();
  await expectNoAxeViolations(page);
  const states = pane.getByRole('radiogroup', { name: 'State' });
  await states.getByText('On the branch', { exact: true }).click();
  await expect(pane).toContainText('after');
  await expect(pane).not.toContainText('before');
  await states.getByText('Committed', { exact: true }).click();
  await expect(pane).toContainText('before');
  await expect(page).toHaveURL(/state=committed/);
  await expectNoAxeViolations(page);
  await tree.getByRole('treeitem', { name: 'b.txt' }).click();
  await expect(pane).toContainText('removed on the branch');
  await page.keyboard.press('Escape');
  await expect(pane).toBeHidden();

  await tree.getByRole('treeitem', { name: 'b.txt' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Revert' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revert' }).click();
  await expect(page.getByText('3 changes')).toBeVisible();
  await tree.getByRole('treeitem', { name: 'new/' }).getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Revert all below' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revert' }).click();
  await expect(page.getByText('1 change', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Commit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Message').fill('A better a');
  await dialog.getByRole('button', { name: 'Add metadata' }).click();
  await dialog.getByLabel('Name 1').fill('ticket');
  await dialog.getByLabel('Value 1').fill('42');
  await expectNoAxeViolations(page);
  await dialog.getByRole('button', { name: 'Commit', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/ui/repositories/${name}/commits/[0-9a-f]{64}`));
  await expect(page.getByText('A better a').first()).toBeVisible();
  await expect(page.getByText('ticket').first()).toBeVisible();
});

test('changes are found by any part of their paths', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  for (const path of ['raw/deep/Long-Needle.txt', 'raw/deep/other.txt', 'needle-2.txt', 'b.txt'])
    await seed.put(name, `main/${path}`, 'x');
  await openSignedIn(page, server, `/ui/repositories/${name}/changes?branch=main`);
  const tree = page.getByRole('tree', { name: 'Uncommitted changes' });
  await expect(tree).toContainText('b.txt');

  await page.getByRole('textbox', { name: 'Paths with' }).fill('needle');
  await expect(tree).toContainText('Long-Needle.txt');
  await expect(tree).toContainText('needle-2.txt');
  await expect(tree).not.toContainText('other.txt');
  await expect(tree).not.toContainText('b.txt');
  await expectNoAxeViolations(page);
  // A folder holds more than was found in it: it cannot be reverted from here.
  await tree.getByRole('treeitem', { name: /^deep/ }).click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Copy path' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /^Revert/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await tree.getByRole('treeitem', { name: /^deep/ }).click();
  await expect(tree).not.toContainText('Long-Needle.txt');
  await page.getByRole('textbox', { name: 'Paths with' }).fill('nothing like it');
  await expect(page.getByText('No change has “nothing like it” in its path')).toBeVisible();
});

test('all changes are reverted at once', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.put(name, 'main/b.txt', 'b');
  await openSignedIn(page, server, `/ui/repositories/${name}/changes?branch=main`);
  await page.getByRole('button', { name: 'Revert all' }).click();
  await expectNoAxeViolations(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Revert' }).click();

  await expect(page.getByText('Nothing to commit')).toBeVisible();
  await expectNoAxeViolations(page);
});

test('a branch that is not there is an error that can be tried again', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/status of 404/);
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/changes?branch=later`);
  await expect(page.getByText('The changes could not be listed')).toBeVisible();
  await seed.branch(name, 'later');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('Nothing to commit')).toBeVisible();
});
