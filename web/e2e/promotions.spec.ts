import { expect, expectNoAxeViolations, openSignedIn, test } from './fixtures';
import { sweep } from './sweep';

test('the best run is promoted to main, which says so until it holds another', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await page.setViewportSize({ width: 1280, height: 600 });
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/sweeps/sweep`);
  await page.getByRole('button', { name: 'Promote sweep-3' }).click();
  const dialog = page.getByRole('dialog');
  const changes = dialog.getByRole('region', { name: 'What will change' });
  await expect(changes).toContainText('artifacts/');
  await expect(dialog.getByRole('region', { name: 'Conflicts' })).toHaveCount(0);
  const promote = dialog.getByRole('button', { name: 'Promote to main' });
  await expect(promote).toBeEnabled();
  await expect(promote).toBeInViewport({ ratio: 1 });
  const box = await dialog.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0), 'the dialog fits into the window').toBeLessThanOrEqual(600);
  await dialog.getByRole('textbox', { name: 'Requirement' }).fill('accuracy>=0.99');
  await dialog.getByRole('button', { name: 'Add requirement' }).click();
  await expect(dialog.getByRole('region', { name: 'Checks' })).toContainText('it is 0.95');
  await expect(promote).toBeDisabled();
  await expectNoAxeViolations(page);
  await dialog.getByRole('button', { name: /^Remove requirement/ }).click();
  await promote.click();

  await expect(page).toHaveURL(/\/commits\/[0-9a-f]{64}/);
  const log = await seed.rest<{
    results: { id: string; message: string; metadata: Record<string, string> }[];
  }>('GET', `/repositories/${name}/refs/main/commits?amount=1`);
  expect(log.results[0]?.message).toContain('promote sweep-3: accuracy=0.95 loss=');
  expect(log.results[0]?.metadata['anabranch.promoted_run']).toBe('sweep-3');
  expect(log.results[0]?.metadata['metric.accuracy']).toBe('0.95');
  expect(log.results[0]?.metadata).not.toHaveProperty('anabranch.data_change_allowed');

  await page.getByRole('link', { name: 'sweep-3', exact: true }).click();
  await expect(page.getByRole('heading', { name: /sweep-3/ })).toContainText('ok');
  await expect(page.getByRole('link', { name: 'is on main' })).toHaveAttribute(
    'href',
    `/ui/repositories/${name}/commits/${log.results[0]?.id}`,
  );
  await expect(page.getByRole('button', { name: 'Promote', exact: true })).toHaveCount(0);
  await expectNoAxeViolations(page);
  await page.goto(`/ui/repositories/${name}/experiments/sweeps/sweep`);
  await expect(page.getByRole('link', { name: 'sweep-3 is on main' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Promote sweep-3' })).toHaveCount(0);

  // The next one takes its place, as a matter of course.
  await page.goto(`/ui/repositories/${name}/experiments/runs/${runs[0]?.id}`);
  await page.getByRole('button', { name: 'Promote', exact: true }).click();
  await expect(changes).toContainText('artifacts/');
  await expect(dialog.getByRole('region', { name: 'Conflicts' })).toHaveCount(0);
  await expect(dialog.getByRole('img', { name: 'does not hold' })).toHaveCount(0);
  await promote.click();
  await expect(page.getByRole('heading', { name: /^promote sweep-1/ })).toBeVisible();
  await page.goto(`/ui/repositories/${name}/experiments/runs/${runs[2]?.id}`);
  await expect(page.getByRole('link', { name: 'was on main' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Promote', exact: true })).toBeEnabled();
});

test('a promotion says what is in its way, and that main has moved', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await seed.put(name, 'main/artifacts/model.json', 'another');
  await seed.commit(name, 'main', 'Another model');
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${runs[2]?.id}`);
  await page.getByRole('button', { name: 'Promote' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('region', { name: 'Conflicts' })).toContainText('artifacts/model.json');
  const promote = dialog.getByRole('button', { name: 'Promote to main' });
  await expect(promote).toBeDisabled();
  await dialog.getByRole('radio', { name: 'Keep those of main' }).check();
  await expect(promote).toBeEnabled();
  await expect(dialog.getByRole('region', { name: 'What will change' })).not.toContainText('artifacts/');
  await dialog.getByRole('radio', { name: "Take the run's" }).check();
  await expect(dialog.getByRole('region', { name: 'What will change' })).toContainText('artifacts/');
  await expectNoAxeViolations(page);

  await seed.put(name, 'main/notes.txt', 'late');
  await seed.commit(name, 'main', 'Late notes');
  await expect(dialog.getByText('main has moved meanwhile')).toBeVisible({ timeout: 10_000 });
  await expect(promote).toBeDisabled();
  await dialog.getByRole('radio', { name: "Take the run's" }).check();
  await promote.click();
  await expect(page).toHaveURL(/\/commits\/[0-9a-f]{64}/);
});

test('a run of other data is promoted only when that is allowed, which is recorded', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'a' });
  const runs = await sweep(seed, name);
  await seed.put(name, 'main/raw/a.txt', 'relabelled');
  await seed.commit(name, 'main', 'Relabelled');
  await openSignedIn(page, server, `/ui/repositories/${name}/experiments/runs/${runs[2]?.id}`);
  await page.getByRole('button', { name: 'Promote' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('region', { name: 'Other data' })).toContainText('raw/a.txt');
  const promote = dialog.getByRole('button', { name: 'Promote to main' });
  await expect(promote).toBeDisabled();
  await expectNoAxeViolations(page);
  await dialog.getByRole('checkbox', { name: 'Promote it all the same' }).check();
  await promote.click();

  await expect(page).toHaveURL(/\/commits\/[0-9a-f]{64}/);
  await expect(page.getByRole('region', { name: 'Metadata' })).toContainText('anabranch.data_change_allowed');
});
