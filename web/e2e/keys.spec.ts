import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

test('a key is made, shown once, disabled, enabled and deleted', async ({
  page,
  server,
  name,
  allowConsole,
}) => {
  allowConsole(/status of 401/);
  await openSignedIn(page, server, '/ui/keys');
  await page.getByRole('button', { name: 'New access key' }).click();
  await page.getByLabel('Description').fill(name);
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your new access key' });
  const [id = '', secret = ''] = await dialog.locator('dd code').allInnerTexts();
  await expectNoAxeViolations(page);

  const answerOf = async () =>
    (
      await page.request.post('/api/v1/auth/login', {
        data: { access_key_id: id, secret_access_key: secret },
      })
    ).status();
  expect(await answerOf()).toBe(200);

  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText(id);

  await row.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Disable key' }).click();
  await expect(row).toContainText('disabled');
  expect(await answerOf()).toBe(401);

  await row.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Enable' }).click();
  await expect(row).toContainText('active');
  expect(await answerOf()).toBe(200);

  await row.getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete key' }).click();
  await expect(row).toHaveCount(0);
});

test('the list of keys can be read and worked by everyone', async ({ page, server, seed, name }) => {
  await seed.rest('POST', '/access_keys', { description: name });
  await openSignedIn(page, server, '/ui/keys');
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toBeVisible();
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(row).toBeVisible();
    await expectNoAxeViolations(page);
  }

  await page.getByRole('grid', { name: 'Access keys' }).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Disable' })).toBeVisible();
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('grid', { name: 'Access keys' })).toBeFocused();
});
