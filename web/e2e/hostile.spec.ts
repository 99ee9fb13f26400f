/**
 * Names, messages and contents that were made to run script: they are text wherever they are shown, and an object that is
 * opened in a tab of its own runs nothing. What previews do is tested with them (objects.spec.ts).
 */
import type { Page } from '@playwright/test';
import { expect, openSignedIn, test } from './fixtures';

const attack = '<img src=x onerror="top.owned=1"><script>top.owned=1</script>';
const html = `<!doctype html><script>top.owned = 1; fetch('/api/v1/access_keys').then(() => (document.title = 'owned'))</script>${attack}`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="top.owned=1"><script>top.owned=1; document.title='owned'</script><text y="20">drawn</text></svg>`;
/** Turns the direction of writing around: "exe" at the end reads as another ending. */
const turned = 'photo\u202egnp.exe';

async function expectNotOwned(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'owned' in window)).toBe(false);
  expect(await page.title()).not.toContain('owned');
}

test.beforeEach(({ page }) => {
  page.on('dialog', () => {
    throw new Error('a dialog was opened by script');
  });
});

test('names of objects are text', async ({ page, server, seed, name }) => {
  const image = '<img src=x onerror="top.owned=1">.txt'; // a slash would make folders of it
  const names = [image, turned, '"quoted\' & %41 \\ name', `${'long'.repeat(200)}.txt`];
  await seed.repository(name, Object.fromEntries(names.map((each) => [`odd/${each}`, attack])));
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=odd/`);
  const grid = page.getByRole('grid', { name: 'Objects' });
  await expect(grid).toContainText(image);
  await expect(grid).toContainText('photo<U+202E>gnp.exe');
  await expect(grid).toContainText('"quoted\' & %41 \\ name');
  // A name that has no end does not push the page aside.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  await grid.getByRole('link', { name: /^"quoted/ }).click();
  await expect(page.getByRole('region', { name: 'Object', exact: true })).toContainText(attack);
  await page.getByRole('button', { name: 'Object info' }).click();
  await expect(page.getByRole('dialog')).toContainText('odd/"quoted\' & %41 \\ name');
  await expectNotOwned(page);
});

test('messages, metadata, parameters and metrics are text', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.put(name, 'main/b.txt', 'b');
  const { id } = await seed.commit(name, 'main', `${attack} message`, {
    [`key ${attack}`]: `value ${attack}`,
    link: 'javascript:top.owned=1',
    'param.<b>rate</b>': attack,
    'metric.<i>loss</i>': '0.25',
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/commits`);
  await expect(page.getByRole('row').filter({ hasText: `${attack} message` })).toBeVisible();
  await page.goto(`/ui/repositories/${name}/commits/${id}`);
  await expect(page.getByRole('heading', { name: `${attack} message` })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Metadata' })).toContainText(`value ${attack}`);
  await expect(page.getByRole('region', { name: 'Parameters' })).toContainText('<b>rate</b>');
  await expect(page.getByRole('region', { name: 'Metrics' })).toContainText('<i>loss</i>');
  expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);

  await seed.rest('POST', `/repositories/${name}/sweeps`, {
    id: 'odd',
    input_ref: 'main',
    input_commit: id,
    command: ['python3', attack],
    grid: { '<b>rate</b>': [attack] },
    total: 1,
  });
  const run = await seed.rest<{ id: string }>('POST', `/repositories/${name}/runs`, {
    sweep: 'odd',
    name: 'odd-1',
    index: 0,
    branch: 'odd-1',
    parameters: { '<b>rate</b>': attack },
    input_commit: id,
    argv: ['python3', attack],
    host: attack,
  });
  await seed.rest('POST', `/repositories/${name}/runs/${run.id}/reports`, {
    state: 'failed',
    problem: attack,
    metrics: [{ name: attack, value: 0.5, step: 1, time_ms: Date.now() }],
    stderr: { offset: 0, text: `\x1b]0;title\x07\x1b[2J${attack}\n` },
  });
  await page.goto(`/ui/repositories/${name}/experiments`);
  await expect(page.getByRole('columnheader', { name: '<b>rate</b>' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'odd-1' }).first()).toContainText(attack);
  for (const tab of ['metrics', 'log', 'artifacts', 'reproduce']) {
    await page.goto(`/ui/repositories/${name}/experiments/runs/${run.id}?tab=${tab}`);
    await expect(page.getByText(attack).first()).toBeVisible();
  }
  await expectNotOwned(page);
});

test('an object opened in a tab runs nothing', async ({ page, server, seed, name, allowConsole }) => {
  allowConsole(/Content.Security.Policy|sandboxed|Blocked script|Refused to|violates/);
  await seed.repository(name);
  await seed.put(name, 'main/page.html', html, 'text/html');
  await seed.put(name, 'main/picture.svg', svg, 'image/svg+xml');
  await openSignedIn(page, server, '/ui/');
  for (const path of ['page.html', 'picture.svg']) {
    const { url } = await seed.rest<{ url: string }>(
      'GET',
      `/presigned_url?bucket=${name}&key=${encodeURIComponent(`main/${path}`)}`,
    );
    const direct = `/api/v1/repositories/${name}/refs/main/objects?path=${path}`;
    for (const address of [url, direct]) {
      const answer = await page.request.get(address);
      expect(answer.headers()['content-security-policy'], address).toContain('sandbox');
      expect(answer.headers()['x-content-type-options'], address).toBe('nosniff');
      await page.goto(address).catch((error: unknown) => {
        // What is to be saved and not to be shown is no page to go to.
        if (!String(error).includes('Download is starting')) throw error;
      });
      await expectNotOwned(page);
    }
  }
});
