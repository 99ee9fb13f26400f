import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

test('the server shows its figures', async ({ page, server }) => {
  await openSignedIn(page, server, '/ui/server');

  await expect(page.getByText('healthy')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Process' })).toContainText(server.address);
  await expect(page.getByRole('region', { name: 'Configuration' })).toContainText('log-level');
  await expect(page.getByRole('figure', { name: 'Requests per second' }).locator('canvas')).toBeVisible();
  await page.getByText('5 min', { exact: true }).click();
  await expect(page).toHaveURL('/ui/server?minutes=5');
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(page.getByRole('figure', { name: 'Requests per second' }).locator('canvas')).toBeVisible();
    await expectNoAxeViolations(page);
  }
});

test('a server that went away is told, and is back with one click', async ({
  page,
  server,
  allowConsole,
}) => {
  allowConsole(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  await openSignedIn(page, server, '/ui/server');
  await expect(page.getByText('healthy')).toBeVisible();

  await server.stop();
  await page.getByText('15 min').click();
  await expect(page.getByText('The server cannot be reached')).toBeVisible({ timeout: 20_000 });
  await server.start();
  await page.getByRole('button', { name: 'Try again' }).click();

  await expect(page.getByRole('figure', { name: 'Requests per second' }).locator('canvas')).toBeVisible();
});

test('every page says that the server does not answer, and none that it is healthy', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED/);
  await seed.repository(name, { 'a.txt': 'a' });
  const banner = page.getByRole('alert').filter({ hasText: 'The server does not answer' });
  const pages = [
    '/ui/',
    '/ui/server',
    `/ui/repositories/${name}/objects`,
    `/ui/repositories/${name}/experiments`,
  ];
  for (const path of pages) {
    await openSignedIn(page, server, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(banner).toHaveCount(0);
    if (path === '/ui/server') await expect(page.getByText('healthy')).toBeVisible();

    await server.stop('SIGKILL');
    // Nobody touches the page.
    await expect(banner).toBeVisible();
    await expect(page.getByText('healthy')).toHaveCount(0);
    if (path === '/ui/server') await expectNoAxeViolations(page);
    await server.start();
    await expect(banner).toHaveCount(0);
  }
});

test('a page whose code cannot be loaded says so, and is there when the server is', async ({
  page,
  server,
  allowConsole,
}) => {
  allowConsole(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|dynamically imported module/);
  await openSignedIn(page, server, '/ui/server');
  await expect(page.getByText('healthy')).toBeVisible();

  await server.stop();
  await page.getByRole('link', { name: 'Access keys' }).click();
  await expect(page.getByText('The code of this page could not be loaded')).toBeVisible();
  await server.start();
  await page.getByRole('button', { name: 'Try again' }).click();

  await expect(page.getByRole('heading', { name: 'Access keys' })).toBeVisible();
});
