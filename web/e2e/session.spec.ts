import { expect, expectNoAxeViolations, openSignedIn, setTheme, signIn, test } from './fixtures';

test.describe('sign in', () => {
  // Asking who is signed in is answered by 401 where nobody is.
  test.beforeEach(({ allowConsole }) => allowConsole(/status of 401/));

  test('leads to what was asked for', async ({ page, server }) => {
    await signIn(page, server, '/ui/repositories?prefix=raw');

    await expect(page).toHaveURL('/ui/repositories?prefix=raw');
  });

  test('tells of a wrong secret', async ({ page, server }) => {
    await page.goto('/ui/');
    await page.getByLabel('Access key id').fill(server.rootKey.id);
    await page.getByLabel('Secret access key', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await expect(page.getByRole('alert')).toContainText('do not belong together');
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(page, theme);
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await expectNoAxeViolations(page);
    }
  });

  test('is asked again after signing out', async ({ page, server }) => {
    await signIn(page, server);
    await page.getByRole('button', { name: 'Signed in as' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();

    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
    await page.goto('/ui/server');
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  });

  test('on top of the page when the session ends, which stays as it was', async ({ page, server }) => {
    await openSignedIn(page, server, '/ui/keys');
    await page.getByRole('button', { name: 'New access key' }).click();
    await page.getByLabel('Description').fill('half typed');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Create key' }).click();

    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await expect(dialog).toBeVisible();
    await expectNoAxeViolations(page);
    await dialog.getByLabel('Secret access key', { exact: true }).fill(server.rootKey.secret);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByLabel('Description')).toHaveValue('half typed');
    await page.getByRole('button', { name: 'Create key' }).click();

    await expect(page.getByText('Copy the secret now')).toBeVisible();
  });
});
