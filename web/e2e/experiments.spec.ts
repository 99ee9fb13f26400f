import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import {
  expect,
  expectDistinctLandmarks,
  expectNoAxeViolations,
  openSignedIn,
  setTheme,
  test,
} from './fixtures';
import { sweep } from './sweep';

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

test('the first run is begun from a command that is there to copy', async ({ page, server, seed, name }) => {
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);

  await expect(page.getByText('No runs yet')).toBeVisible();
  await expect(page.getByText(`anabranch run --repo ${name}`)).toBeVisible();
  await expectNoAxeViolations(page);
});

test('a sweep shows its table and the curves of the main metric at once', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);

  await expect(row(page, 'sweep-3')).toContainText('ok');
  await expect(row(page, 'sweep-3').getByRole('img', { name: 'best' })).toBeVisible();
  await expect(row(page, 'sweep-5')).toContainText('failed');
  await expect(row(page, 'sweep-6')).toContainText('running');
  await expect(page.getByRole('columnheader', { name: 'epochs' })).toHaveCount(0);
  await expect(page.getByRole('figure', { name: 'Curves of accuracy' }).locator('canvas')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Last values of accuracy' })).toContainText('0.95');
  const smoothing = page.getByRole('slider', { name: 'Smoothing' });
  await smoothing.focus();
  for (const step of [1, 2, 3]) {
    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(new RegExp(`smooth=${step}$`));
    await expect(smoothing).toBeFocused();
  }
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(row(page, 'sweep-3')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Last values of accuracy' })).toContainText('0.95');
    await expectNoAxeViolations(page);
  }
});

test('a page reads its runs once', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/\/repositories\/[^/]+\/(runs|sweeps)\?/.test(request.url()))
      asked.push(new URL(request.url()).pathname);
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  await expect(row(page, 'sweep-1')).toBeVisible();
  await expect(page.getByRole('figure', { name: 'Curves of accuracy' }).locator('canvas')).toBeVisible();

  expect(asked.sort()).toEqual([`/api/v1/repositories/${name}/runs`, `/api/v1/repositories/${name}/sweeps`]);
});

test('the greatest value stands with its own step, not the last', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await seed.rest('POST', `/repositories/${name}/runs/${runs[5]?.id}/reports`, {
    metrics: [
      { name: 'peak', value: 0.5, step: 1, time_ms: 1 },
      { name: 'peak', value: 0.97, step: 57, time_ms: 57 },
      { name: 'peak', value: 0.7, step: 60, time_ms: 60 },
    ],
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments?curve=peak`);

  const values = page.getByRole('region', { name: 'Last values of peak' });
  await expect(values.getByRole('row').filter({ hasText: 'sweep-6' })).toContainText('0.7');
  await expect(values.getByRole('row').filter({ hasText: 'sweep-6' })).toContainText('0.97');
  await expect(values.getByRole('row').filter({ hasText: 'sweep-6' })).toContainText('step 57');
});

test('choosing a run moves nothing, and no number is cut', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  for (const width of [1440, 1000]) {
    await page.setViewportSize({ width, height: 900 });
    await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
    const before = await row(page, 'sweep-2').boundingBox();
    await row(page, 'sweep-1').getByRole('checkbox').check();
    await expect(page.getByRole('region', { name: 'Chosen runs' })).toBeVisible();
    expect((await row(page, 'sweep-2').boundingBox())?.y).toBe(before?.y);

    // The main metric is in sight, whole; what is half out of sight shows no half number.
    await expect(
      row(page, 'sweep-3').getByRole('gridcell').filter({ hasText: '0.95' }).first(),
    ).toBeInViewport({
      ratio: 1,
    });
    const halves = await page.getByRole('grid', { name: 'Runs' }).evaluate((grid) => {
      const frame = grid.getBoundingClientRect();
      return [...grid.querySelectorAll('[role=row] [role=gridcell] > span')]
        .filter((span) => getComputedStyle(span).visibility !== 'hidden')
        .filter((span) => {
          const box = span.getBoundingClientRect();
          return box.left < frame.right && box.right > frame.right + 1;
        })
        .map((span) => span.textContent);
    });
    expect(halves, `at ${width} px`).toEqual([]);
    const cards = page.getByRole('list', { name: 'Sweeps' }).getByText('sweep', { exact: true });
    expect((await cards.first().boundingBox())?.width ?? 0, 'the name of a sweep').toBeGreaterThan(30);
  }
});

test('what a run reports is shown without asking', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  await expect(row(page, 'sweep-6')).toContainText('running');

  await seed.rest('POST', `/repositories/${name}/runs/${runs[5]?.id}/reports`, {
    metrics: [{ name: 'accuracy', value: 0.4242, step: 31, time_ms: Date.now() }],
  });
  await expect(row(page, 'sweep-6')).toContainText('0.4242');
  await seed.rest('POST', `/repositories/${name}/runs/${runs[5]?.id}/reports`, {
    state: 'interrupted',
    ended_ms: Date.now(),
  });
  await expect(row(page, 'sweep-6')).toContainText('interrupted');
});

test('runs are filtered, sorted and grouped, and the URL says how', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  const names = () => page.getByRole('row').getByRole('link').allTextContents();
  await expect(row(page, 'sweep-1')).toBeVisible();

  const filter = page.getByRole('textbox', { name: 'Filter runs' });
  await filter.fill('lr>=0.01');
  await filter.press('Enter');
  await expect(page).toHaveURL(/where=param.lr%3E%3D0.01/);
  await expect.poll(names).toEqual(['sweep-1', 'sweep-2', 'sweep-3', 'sweep-4']);
  await page.getByRole('button', { name: 'accuracy', exact: true }).first().click();
  await expect.poll(names).toEqual(['sweep-3', 'sweep-4', 'sweep-1', 'sweep-2']);

  await filter.fill('failed');
  await filter.press('Enter');
  await expect(page).toHaveURL(/state=failed|state=%5B%22failed/);
  await expect(page.getByText('No run matches')).toBeVisible();
  await page.getByRole('button', { name: 'Remove filter failed' }).click();
  await expect(row(page, 'sweep-3')).toBeVisible();
  await filter.fill('lr>=');
  await filter.press('Enter');
  await expect(page.getByRole('alert')).toContainText('A value is missing');
  await filter.fill('');

  await page.getByRole('combobox', { name: 'Group by' }).click();
  await page.getByRole('option', { name: 'optimizer' }).click();
  const group = page.getByRole('row').filter({ hasText: 'best accuracy' }).first();
  await expect(group).toContainText('adam');
  await expect(group).toContainText('best accuracy 0.95');
  await expect(group).toContainText('mean 0.875');
  await group.click();
  await expect.poll(names).toEqual(['sweep-4', 'sweep-2']);
  await expectNoAxeViolations(page);
  await page.reload();
  await expect.poll(names).toEqual(['sweep-4', 'sweep-2']);
});

test('conditions typed together must all hold, and nonsense is told', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  const names = () => page.getByRole('row').getByRole('link').allTextContents();
  await expect(row(page, 'sweep-1')).toBeVisible();

  const filter = page.getByRole('textbox', { name: 'Filter runs' });
  await filter.fill('lr > abc');
  await filter.press('Enter');
  await expect(page.getByRole('alert')).toContainText('no number');
  await filter.fill('lr >= 0.01 and optimizer = adam');
  await filter.press('Enter');

  await expect(page.getByRole('button', { name: 'Remove filter lr ≥ 0.01' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Remove filter optimizer = adam' })).toBeVisible();
  await expect.poll(async () => (await names()).sort()).toEqual(['sweep-1', 'sweep-3']);
});

test('columns are chosen, and what is shown is exported', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments?panel=none`);
  await expect(page.getByRole('columnheader', { name: 'loss' })).toBeVisible();

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'loss' }).uncheck();
  await page.getByRole('switch', { name: 'Hide columns equal in all runs' }).click();
  await expectNoAxeViolations(page);
  await page.keyboard.press('Escape');

  await expect(page.getByRole('columnheader', { name: 'epochs' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'loss' })).toHaveCount(0);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toContain('epochs');
  expect(lines[0]).not.toContain('loss');
});

test('a span brushed in a chart is a filter', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments?panel=scatter`);
  const scatter = page.getByRole('img', { name: /^accuracy against lr: 6 runs/ });
  await expect(scatter).toBeVisible();
  await expectNoAxeViolations(page);
  const box = await scatter.boundingBox();
  if (!box) throw new Error('the chart has no place');
  // The upper half: the two runs of the middle rate.
  await page.mouse.move(box.x + 40, box.y + 4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 4, box.y + box.height * 0.45, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/brush=/);
  await expect(page.getByRole('status').filter({ hasText: 'of 6' })).toContainText('2 runs of 6');
  await page.getByRole('button', { name: 'Choose 2 runs' }).click();
  await expect(page.getByRole('region', { name: 'Chosen runs' })).toContainText('2 runs chosen');

  await page.getByText('Parallel', { exact: true }).click();
  await expect(page.getByRole('img', { name: /^Parallel coordinates of .*: 2 runs within/ })).toBeVisible();
  await page.getByRole('button', { name: 'lr', exact: true }).last().press('ArrowRight');
  await expect(page).toHaveURL(/axes=param.optimizer&axes=param.lr/);
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Clear ranges' }).click();
  await expect(page.getByRole('status').filter({ hasText: '6 runs' })).toBeVisible();
});

test('chosen runs stand side by side', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  await page.getByRole('checkbox', { name: 'Choose sweep-1' }).check();
  await page.getByRole('checkbox', { name: 'Choose sweep-3' }).check();
  await page.getByRole('button', { name: 'Compare' }).click();

  const runs = page.getByRole('region', { name: 'Runs compared' });
  await expect(runs.getByRole('row', { name: /^accuracy/ })).toContainText('0.95');
  await expect(runs.getByRole('row', { name: /^accuracy/ })).toContainText('+0.15');
  await expect(runs.getByRole('row', { name: /^epochs/ })).toBeVisible();
  const best = runs
    .getByRole('row', { name: /^accuracy/ })
    .getByRole('cell')
    .filter({
      has: page.getByRole('img', { name: 'best' }),
    });
  await expect(best).toContainText('0.95');
  await runs.getByRole('button', { name: 'accuracy: more is better' }).click();
  await expect(best).toContainText('0.8');
  await expect(page).toHaveURL(/goals=accuracy(:|%3A)min/);
  const files = page.getByRole('region', { name: 'Files compared' });
  await expect(files.getByRole('row', { name: /^artifacts\/model.json/ })).toContainText('B');
  await expect(files.getByRole('link', { name: 'against the baseline' })).toBeVisible();
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(files.getByRole('row', { name: /^artifacts\/model.json/ })).toBeVisible();
    await expectNoAxeViolations(page);
  }
  await page.getByRole('switch', { name: 'Only differences' }).click();
  await expect(runs.getByRole('row', { name: /^epochs/ })).toHaveCount(0);
  await expect(files.getByRole('row', { name: /^config\/train.yaml/ })).toHaveCount(0);
});

test('a run shows its output as text, follows it, and finds words in it', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  const live = `/repositories/${name}/runs/${runs[5]?.id}`;
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${runs[5]?.id}?tab=log`);
  const output = page.getByRole('log', { name: 'stdout' });
  await expect(output).toContainText('<img src=x onerror=alert(1)>');
  await expect(output).not.toContainText('[32m');

  const { stdout_bytes: offset } = await seed.rest<{ stdout_bytes: number }>('GET', live);
  const text = Array.from({ length: 2000 }, (_, line) => `line ${line}\n`).join('');
  await seed.rest('POST', `${live}/reports`, { stdout: { offset, text } });
  await expect(output).toContainText('line 1999');
  await page.getByRole('textbox', { name: 'Search the output' }).fill('NEEDLE');
  await page.getByRole('textbox', { name: 'Search the output' }).press('Enter');
  await expect(page.getByText('1 of 1 lines')).toBeVisible();
  await expect(output.locator('mark')).toHaveText('needle');
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(output.locator('mark')).toHaveText('needle');
    await expectNoAxeViolations(page);
  }
});

test('a run tells what went in and how to do it again', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${runs[2]?.id}`);
  await expect(page.getByRole('heading', { name: /sweep-3/ })).toContainText('ok');
  await expect(page.getByText('12.5 s')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Parameters' })).toContainText('0.01');
  await expectNoAxeViolations(page);

  await page.getByRole('tab', { name: 'Artifacts' }).click();
  await expect(page.getByRole('link', { name: 'artifacts/model.json' })).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole('tab', { name: 'Reproduce' }).click();
  await expect(page.getByText(/anabranch reproduce [0-9a-f]{64}/)).toBeVisible();
  await expect(page.getByText('c0ffee')).toBeVisible();
  await expectNoAxeViolations(page);
});

test('files of a run open in its page, those that were recorded of it too', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a', 'model.pkl.old': 'not of the run' });
  const [run] = await seed.sweep(name, 'alone', [{}]);
  if (!run) throw new Error('there is no run');
  await seed.branch(name, run.name);
  const files = {
    'artifacts/model.json': '{"weights": 12345678901234567890}',
    'checkpoints/last.txt': 'the last checkpoint',
    'model.pkl': 'a pickle',
    '.anabranch/code.tar': 'train.py and the like',
    '.anabranch/git.diff': '+learning_rate = 3',
    '.anabranch/packages.txt': 'numpy==2.0.0',
  };
  for (const [path, body] of Object.entries(files)) await seed.put(name, `${run.name}/${path}`, body);
  const { id: commit } = await seed.commit(name, run.name, 'run alone', {
    'anabranch.git_sha': 'c0ffee',
    'anabranch.git_dirty': 'true',
    'anabranch.code': 'c0de',
    'anabranch.packages': 'beef',
    'anabranch.out': '["checkpoints", "model.pkl"]',
  });
  await seed.rest('POST', `/repositories/${name}/runs/${run.id}/reports`, {
    state: 'ok',
    exit_code: 0,
    commit_id: commit,
  });

  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${run.id}?tab=files`);
  const list = page.getByRole('grid', { name: 'Files of the run' });
  for (const path of Object.keys(files))
    await expect(list.getByRole('link', { name: path, exact: true })).toBeVisible();
  await expect(list.getByRole('link')).toHaveCount(Object.keys(files).length);
  await list.getByRole('link', { name: 'artifacts/model.json' }).click();
  const file = page.getByRole('region', { name: 'Object', exact: true });
  await expect(file).toContainText('12345678901234567890');
  await expect(page).toHaveURL(new RegExp(`/runs/${run.id}.*object=artifacts/model.json`));
  await expectNoAxeViolations(page);
  const saved = page.waitForEvent('download');
  await file.getByRole('button', { name: 'Download' }).click();
  expect(readFileSync(await (await saved).path(), 'utf8')).toBe(files['artifacts/model.json']);
  await page.reload();
  await expect(file).toContainText('12345678901234567890');
  await file.getByRole('button', { name: 'Close the object' }).click();
  await expect(file).toBeHidden();

  for (const path of ['.anabranch/code.tar', '.anabranch/git.diff', '.anabranch/packages.txt'] as const) {
    await page.getByRole('tab', { name: 'Reproduce' }).click();
    await page.getByRole('link', { name: path }).click();
    await expect(file).toContainText(files[path]);
  }
});

test('values of a run are whole on one line, and copied as they are', async ({
  page,
  server,
  seed,
  name,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  const values = {
    accuracy: 0.983948448657894,
    params_total: 28883132,
    validation_accuracy_of_the_held_out_test_set_after_calibration: 1.2773456789e-6,
  };
  await seed.rest('POST', `/repositories/${name}/runs/${runs[5]?.id}/reports`, {
    metrics: Object.entries(values).map(([metric, value]) => ({ name: metric, value, step: 99, time_ms: 1 })),
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${runs[5]?.id}`);
  for (const width of [1440, 1000, 400]) {
    await page.setViewportSize({ width, height: 900 });
    const numbers = page.getByRole('region', { name: 'Metrics, latest' }).locator('dd .ab-number');
    await expect(numbers.first()).toBeVisible();
    for (const number of await numbers.all()) {
      const fits = await number.evaluate((element) => {
        const box = element.getBoundingClientRect();
        const frame = element.closest('dd')?.getBoundingClientRect();
        return element.getClientRects().length === 1 && frame !== undefined && box.right <= frame.right + 1;
      });
      expect(fits, `${await number.textContent()} at ${width} px`).toBe(true);
    }
  }
  await page.getByRole('button', { name: 'Copy accuracy' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(String(values.accuracy));
});

test('a run that is under way is cancelled, a failed one tells why', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${runs[4]?.id}`);
  await expect(page.getByText('out of memory')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Promote' })).toBeDisabled();
  const tail = page.getByRole('region', { name: 'Last lines of stdout' });
  await expect(tail).toContainText('the needle');
  await seed.rest('POST', `/repositories/${name}/runs/${runs[4]?.id}/reports`, {
    stderr: {
      offset: 0,
      text: `${'noise\n'.repeat(3000)}Traceback (most recent call last):\nValueError: no dog\n`,
    },
  });
  await page.reload();
  const traceback = page.getByRole('region', { name: 'Last lines of stderr' });
  await expect(traceback).toContainText('ValueError: no dog');
  await expectNoAxeViolations(page);
  await traceback.getByRole('button', { name: 'All output' }).click();
  await expect(page.getByRole('log', { name: 'stderr' })).toContainText('Traceback');

  // Its runner is alive, however long all this took.
  await seed.rest('POST', `/repositories/${name}/runs/${runs[5]?.id}/reports`, {});
  await page.goto(`/ui/repositories/${name}/experiments/runs/${runs[5]?.id}`);
  await page.getByRole('button', { name: 'Cancel run' }).click();
  await expectNoAxeViolations(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
  await expect(page.getByText('asked to end')).toBeVisible();
  const answer = await seed.rest<{ cancel: boolean }>(
    'POST',
    `/repositories/${name}/runs/${runs[5]?.id}/reports`,
    {},
  );
  expect(answer.cancel).toBe(true);
});

test('a sweep shows its progress, its grid and its best, and is stopped', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments`);
  await page.getByRole('list', { name: 'Sweeps' }).getByRole('link').click();

  await expect(page.getByRole('img', { name: '4 ok, 1 failed, 1 running' })).toBeVisible();
  await expect(page.getByText('5 of 6')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Best run' })).toContainText('sweep-3');
  const map = page.getByRole('region', { name: 'accuracy over the grid' }).getByRole('table');
  await expect(map.getByRole('row', { name: /^adam/ }).getByRole('link')).toHaveText(['', '0.95', '0.8']);
  await expect(page.getByText('Final values of runs that are ok')).toBeVisible();
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(map).toBeVisible();
    await expect(row(page, 'sweep-1')).toBeVisible();
    await expectNoAxeViolations(page);
    await expectDistinctLandmarks(page);
  }
  // Its runner is alive, however long all this took.
  await seed.rest('POST', `/repositories/${name}/runs/${runs[5]?.id}/reports`, {});
  await page.getByRole('button', { name: 'Stop sweep' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop sweep' }).click();
  await expect(page.getByText('asked to end')).toBeVisible();
});

test('what is not there, and a server that fails, are told', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/status of (404|500)/);
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/none`);
  await expect(page.getByText('There is no record of this run')).toBeVisible();
  await page.goto(`/ui/repositories/${name}/experiments/sweeps/none`);
  await expect(page.getByText('There is no record of this sweep')).toBeVisible();

  await page.route(/\/runs\?/, (route) =>
    route.fulfill({ status: 500, json: { message: 'the disk is gone' } }),
  );
  await page.goto(`/ui/repositories/${name}/experiments`);
  await expect(page.getByRole('alert')).toContainText('the disk is gone', { timeout: 15_000 });
  await page.unroute(/\/runs\?/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('No runs yet')).toBeVisible();
});
