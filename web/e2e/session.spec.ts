import { expect, expectNoAxeViolations, signIn, test } from './fixtures';

test.describe('sign in', () => {
  // Asking who is signed in is answered by 401 where nobody is.
  test.beforeEach(({ allowConsole }) => allowConsole(/status of 401.*\/api\/v1\/session/));

  test('leads to what was asked for', async ({ page, server }) => {
    await signIn(page, server, '/ui/buckets?prefix=raw');

    await expect(page).toHaveURL('/ui/buckets?prefix=raw');
  });

  test('tells of a wrong secret', async ({ page, server }) => {
    await page.goto('/ui/');
    await page.getByLabel('Access key id').fill(server.rootKey.id);
    await page.getByLabel('Secret access key', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await expect(page.getByRole('alert')).toContainText('do not belong together');
    await expectNoAxeViolations(page);
  });

  test('is asked again after signing out', async ({ page, server }) => {
    await signIn(page, server);
    await page.getByRole('button', { name: 'root' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();

    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
    await page.goto('/ui/server');
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  });
});
