/** What the pages do when the server is killed and comes back, when work is cancelled, and when an answer is an error. */
import type { Locator, Page } from '@playwright/test';
import { expect, expectNoAxeViolations, openSignedIn, test } from './fixtures';

const objects = (page: Page): Locator => page.getByRole('grid', { name: 'Objects' });

/** The browser tells of each request that finds nobody. */
const broken = /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|ERR_SOCKET|Failed to load resource/;

test('a killed server is missed, and the page goes on when it is back', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(broken);
  await seed.repository(name, { 'raw/a.txt': 'hello' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await expect(objects(page)).toContainText('raw/');

  await server.stop('SIGKILL');
  await objects(page).getByRole('link', { name: 'raw/' }).click();
  const problem = page.getByRole('alert').filter({ hasText: 'could not be listed' });
  await expect(problem).toContainText('The objects could not be listed');
  await expect(problem).toContainText('cannot be reached');
  await expectNoAxeViolations(page);

  // By itself: nobody has to try again.
  await server.start();
  await expect(objects(page)).toContainText('a.txt');
});

test('runs are followed again after the server was killed, with what was missed', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(broken);
  await seed.repository(name, { 'raw/a.txt': 'hello' });
  const [run] = await seed.sweep(name, 'lonely', [{ lr: '0.1' }]);
  const report = (value: number, step: number) =>
    seed.rest('POST', `/repositories/${name}/runs/${run?.id}/reports`, {
      state: 'running',
      metrics: [{ name: 'accuracy', value, step, time_ms: Date.now() }],
    });
  await report(0.11, 1);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  const row = page.getByRole('row').filter({ hasText: 'lonely-1' }).first();
  await expect(row).toContainText('0.11');

  await server.stop('SIGKILL');
  await expect(page.getByText('Live changes are interrupted')).toBeVisible();
  await server.start();
  await report(0.22, 2);
  await expect(row).toContainText('0.22');
  await expect(page.getByText('Live changes are interrupted')).toBeHidden();
  // And the new stream tells what comes later.
  await report(0.33, 3);
  await expect(row).toContainText('0.33');
});

test('runs that wait for a living runner are not shown as lost because the server was away', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(broken);
  await seed.repository(name, { 'raw/a.txt': 'hello' });
  const [run] = await seed.sweep(name, 'patient', [{ lr: '0.1' }, { lr: '0.2' }]);
  const report = (value: number) =>
    seed.rest('POST', `/repositories/${name}/runs/${run?.id}/reports`, {
      state: 'running',
      metrics: [{ name: 'accuracy', value, step: 1, time_ms: Date.now() }],
    });
  await report(0.11);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  const runs = page.getByRole('grid', { name: 'Runs' });
  await expect(runs).toContainText('0.11');
  await expect(runs).toContainText('waiting');
  // Whatever is shown meanwhile, for however short.
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const shown = document.querySelector('[role=grid]')?.textContent ?? '';
      if (shown.includes('lost')) seen.push(shown);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });

  await server.stop('SIGKILL');
  // Longer than a run may be silent: that is what this is about.
  await new Promise((resolve) => setTimeout(resolve, 16_000));
  await server.start();
  await expect(page.getByText('Live changes are interrupted')).toBeHidden();
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
  await page.reload();
  await expect(runs).toContainText('running');
  await expect(runs).toContainText('waiting');
  await expect(runs).not.toContainText('lost');
  await report(0.22);
  await expect(runs).toContainText('0.22');
  await expect(runs).toContainText('waiting');
  await expect(runs).not.toContainText('lost');
});

test('an upload that the server did not live to see is sent again', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(broken);
  await seed.repository(name, { 'a.txt': 'hello' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await expect(objects(page)).toContainText('a.txt');

  await server.stop('SIGKILL');
  const file = { name: 'large.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(20 << 20, 7) };
  await page.getByLabel('Files to upload').setInputFiles(file);
  const tray = page.getByRole('region', { name: 'Uploads' });
  await expect(tray).toContainText('1 upload failed');
  await expectNoAxeViolations(page);

  await server.start();
  await tray.getByRole('button', { name: 'Try main/large.bin again' }).click();
  await expect(tray.getByRole('img', { name: 'done' })).toBeVisible();
  await expect(objects(page)).toContainText('20 MiB');
  const kept = await seed.s3('GET', `/${name}/main/large.bin`);
  expect(Buffer.from(await kept.arrayBuffer()).equals(file.buffer)).toBe(true);
});

test('an import that runs is seen and cancelled, and leaves nothing', async ({
  page,
  server,
  seed,
  name,
}) => {
  // Few objects under many destinations: millions of entries, which no machine takes in at once.
  const keys = 1500;
  const destinations = 3000;
  await seed.bucket(`${name}-source`);
  for (let first = 0; first < keys; first += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => seed.put(`${name}-source`, `k/${first + index}`, 'x')),
    );
  }
  await seed.repository(name, { 'a.txt': 'hello' });
  const { id } = await seed.rest<{ id: string }>('POST', `/repositories/${name}/branches/main/import`, {
    paths: Array.from({ length: destinations }, (_, index) => ({
      path: `s3://${name}-source/k/`,
      destination: `copy-${10_000 + index}/`,
      type: 'common_prefix',
    })),
    commit: { message: 'Far too many' },
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/import?branch=main&id=${id}`);
  await expect(page.getByText('Importing into main')).toBeVisible();
  await expect(page.getByText(/objects\/s/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the import' }).click();
  await expect(page.getByText('Nothing was imported')).toBeVisible();
  await expectNoAxeViolations(page);

  const { results } = await seed.rest<{ results: { path: string }[] }>(
    'GET',
    `/repositories/${name}/refs/main/objects/ls`,
  );
  expect(results.map((entry) => entry.path)).toEqual(['a.txt']);
});

test('an error of the server is told with its message and its request, and asked again', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/status of 503/);
  await seed.repository(name, { 'a.txt': 'hello' });
  for (const [path, title] of [
    ['branches', 'The branches could not be'],
    ['commits', 'The commits could not be'],
    ['tags', 'The tags could not be'],
  ] as const) {
    const asked = new RegExp(
      `/api/v1/repositories/${name}/(branches|tags|commits|graph|refs/[^/]+/commits)\\b`,
    );
    await page.route(asked, (route) =>
      route.fulfill({
        status: 503,
        headers: { 'x-request-id': 'request-4711' },
        json: { message: 'the drive is being replaced' },
      }),
    );
    await openSignedIn(page, server, `/ui/repositories/${name}/${path}`);
    const problem = page.getByRole('alert').filter({ hasText: title });
    await expect(problem).toContainText('the drive is being replaced');
    await expect(problem).toContainText('request-4711');
    await page.unroute(asked);
    await problem.getByRole('button', { name: 'Try again' }).click();
    await expect(problem).toBeHidden();
  }
});

test('a preview whose code did not come is there at the next try', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/ERR_FAILED|dynamically imported module/);
  await seed.repository(name, { 'config.json': '{"optimizer": "adam"}' });
  await page.route(/\/assets\/JsonView-.*\.js$/, (route) => route.abort());
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await objects(page).getByRole('link', { name: 'config.json' }).click();
  await expect(page.getByRole('alert')).toContainText('The code of this page could not be loaded');

  await page.unroute(/\/assets\/JsonView-.*\.js$/);
  await page.getByRole('button', { name: 'Try again' }).click();

  await expect(page.getByText('optimizer')).toBeVisible();
});

test('a page whose styles did not come has them at the next try', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/ERR_FAILED|Unable to preload CSS|dynamically imported module/);
  await seed.repository(name, { 'a.txt': 'a' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await expect(objects(page)).toContainText('a.txt');
  const styles = /\/assets\/refs-.*\.css$/;
  let aborted = 0;
  await page.route(styles, (route) => {
    aborted += 1;
    return route.abort();
  });
  await page.getByRole('link', { name: 'Branches', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('The code of this page could not be loaded');
  expect(aborted).toBeGreaterThan(0);

  await page.unroute(styles);
  await page.getByRole('button', { name: 'Try again' }).click();

  const mark = page.getByRole('grid', { name: 'Branches' }).getByText('default', { exact: true });
  await expect(mark).toHaveCSS('border-top-style', 'solid');
  await expect(mark).toHaveCSS('border-top-left-radius', '999px');
});
