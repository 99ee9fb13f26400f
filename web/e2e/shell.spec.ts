import { expect, expectNoAxeViolations, openSignedIn, test } from './fixtures';

test('the palette leads to a branch by keyboard alone', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.branch(name, 'experiment-7');
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('experiment-');
  await expect(page.getByRole('option', { name: 'experiment-7' })).toBeVisible();
  await expectNoAxeViolations(page);
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(`/ui/repositories/${name}/objects?ref=experiment-7`);
});

test('the keys of a page are listed', async ({ page, server }) => {
  await openSignedIn(page, server, '/ui/keys');
  await page.keyboard.press('?');

  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('New access key');
  await expectNoAxeViolations(page);
});

test('the theme is kept and there before the first paint', async ({ page, server, allowConsole }) => {
  allowConsole(/ERR_FAILED/);
  await page.emulateMedia({ colorScheme: 'light' });
  await openSignedIn(page, server, '/ui/');
  await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
  await page.route('**/assets/index-*.js', (route) => route.abort());
  await page.reload({ waitUntil: 'commit' }).catch(() => undefined);

  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('the first page asks no other host', async ({ page, server }) => {
  await openSignedIn(page, server, '/ui/');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();

  const shownMs = await page.evaluate(() => performance.now());
  const hosts = await page.evaluate(() => [
    ...new Set(performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)),
  ]);
  test.info().annotations.push({ type: 'shown after ms', description: String(Math.round(shownMs)) });
  expect(hosts).toEqual([server.address]);
});

test('an address that leads nowhere says so', async ({ page, server, allowConsole }) => {
  allowConsole(/status of 404/);
  await openSignedIn(page, server, '/ui/nowhere');
  await expect(page.getByText('There is no page at this address')).toBeVisible();
  await expectNoAxeViolations(page);

  await page.goto('/ui/repositories/there-is-none/objects');
  await expect(page.getByText('There is no repository “there-is-none”')).toBeVisible();
});

test('a narrow window has its navigation in a drawer', async ({ page, server }) => {
  await page.setViewportSize({ width: 420, height: 800 });
  await openSignedInNarrow();
  await page.getByRole('button', { name: 'Open navigation' }).click();
  const drawer = page.getByRole('dialog', { name: 'Navigation' });
  await expectNoAxeViolations(page);
  await drawer.getByRole('link', { name: 'Server' }).click();

  await expect(page).toHaveURL('/ui/server');
  await expect(drawer).toBeHidden();

  async function openSignedInNarrow() {
    await page.request.post('/api/v1/session', {
      headers: { origin: server.url },
      data: { access_key_id: server.rootKey.id, secret_access_key: server.rootKey.secret },
    });
    await page.goto('/ui/');
    await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  }
});

test('the palette finds what the repository holds by any part of its name', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/my-Needle.csv': 'x' });
  await seed.put(name, 'main/b.txt', 'b');
  const { id: commit } = await seed.commit(name, 'main', 'Take the needle out');
  await seed.branch(name, 'a-needle-branch');
  const [run] = await seed.sweep(name, 'big-needle', [{}]);
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  const leadsTo = async (option: string, url: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).fill('needle');
    await page.getByRole('option', { name: option, exact: true }).click();
    await expect.poll(() => decodeURIComponent(page.url())).toContain(url);
  };

  await leadsTo('big-needle', `/experiments/sweeps/big-needle`);
  await leadsTo('big-needle-1', `/experiments/runs/${run?.id}`);
  await leadsTo('raw/my-Needle.csv', 'object=raw/my-Needle.csv');
  await leadsTo(`Take the needle out ${commit.slice(0, 10)}`, `/commits/${commit}`);
  await leadsTo('a-needle-branch', 'ref=a-needle-branch');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('needle');
  await expect(page.getByRole('option', { name: 'raw/my-Needle.csv' })).toBeVisible();
  await expectNoAxeViolations(page);
});

test('the title of a window says what it shows and of which repository', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await seed.branch(name, 'work');
  const head = await seed.head(name);
  const titles: Record<string, string> = {
    objects: 'Objects',
    'objects?path=raw/': 'raw/ · Objects',
    'objects?path=raw/&object=raw/a.txt': 'a.txt · Objects',
    changes: 'Uncommitted changes',
    commits: 'Commits',
    [`commits/${head}`]: 'First data · Commit',
    branches: 'Branches',
    tags: 'Tags',
    'compare?left=main&right=work': 'Compare main and work',
    import: 'Import',
    experiments: 'Experiments',
  };
  await openSignedIn(page, server, '/ui/');
  await expect(page).toHaveTitle('Home · Anabranch');
  for (const [path, title] of Object.entries(titles)) {
    await page.goto(`/ui/repositories/${name}/${path}`);
    await expect(page).toHaveTitle(`${title} · ${name} · Anabranch`);
  }
  await page.goto(`/ui/buckets/${name}-store?prefix=raw/`);
  await expect(page).toHaveTitle(`raw/ · ${name}-store · Anabranch`);
});
