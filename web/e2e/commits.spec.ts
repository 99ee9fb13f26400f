import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';
import type { Seeder } from './server';

const runMetadata = {
  'anabranch.run': 'sweep-1',
  'anabranch.run_id': 'r1',
  'anabranch.status': 'ok',
  'anabranch.exit_code': '0',
  'anabranch.duration_seconds': '72.5',
  'anabranch.argv': '["python3","train.py","--epochs=2"]',
  'anabranch.input_commit': 'a'.repeat(64),
  'anabranch.code': 'c'.repeat(64),
  'param.epochs': '2',
  'metric.accuracy': '0.93',
};

/** main with a merged branch, and a run beside it. */
async function history(seed: Seeder, name: string): Promise<void> {
  await seed.repository(name, { 'a.txt': 'a', 'raw/b.txt': 'b' });
  await seed.branch(name, 'topic');
  await seed.put(name, 'topic/raw/c.txt', 'c');
  await seed.commit(name, 'topic', 'More raw data\n\nCollected in May.');
  await seed.put(name, 'main/a.txt', 'a2');
  await seed.commit(name, 'main', 'A second a', { owner: 'ana' });
  await seed.rest('POST', `/repositories/${name}/refs/topic/merge/main`, { message: 'Merge topic' });
  await seed.rest('POST', `/repositories/${name}/tags`, { id: 'v1', ref: 'main' });
  await seed.branch(name, 'sweep-1', 'topic');
  await seed.put(name, 'sweep-1/metrics.json', '{}');
  await seed.commit(name, 'sweep-1', 'Run sweep-1: ok', runMetadata);
}

const headOf = async (seed: Seeder, name: string, branch: string) =>
  (await seed.rest<{ commit_id: string }>('GET', `/repositories/${name}/branches/${branch}`)).commit_id;

test('the graph shows all branches, badges, and what runs measured', async ({ page, server, seed, name }) => {
  await history(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/commits`);

  const grid = page.getByRole('grid', { name: 'Commits' });
  // Without those of runs, until they are asked for.
  await expect(grid.getByRole('row')).toHaveCount(6);
  await expect(grid.getByRole('row').filter({ hasText: 'Run sweep-1' })).toHaveCount(0);
  await expect(grid.locator('[role=gridcell]:first-child circle')).toHaveCount(5);
  await page.getByRole('switch', { name: 'Commits of runs (1 hidden)' }).click();
  await expect(page).toHaveURL(/runs=true|runs=1/);
  await expect(grid.getByRole('row')).toHaveCount(7);
  const merge = grid.getByRole('row').filter({ hasText: 'Merge topic' });
  await expect(merge.getByTitle('branch main')).toBeVisible();
  await expect(merge.getByTitle('tag v1')).toBeVisible();
  await expect(grid.getByRole('row').filter({ hasText: 'Run sweep-1' })).toContainText('accuracy 0.93');
  // A dot for each.
  await expect(grid.locator('[role=gridcell]:first-child circle')).toHaveCount(6);
  await expectNoAxeViolations(page);
  await setTheme(page, 'dark');
  await expect(grid.getByRole('row')).toHaveCount(7);
  await expectNoAxeViolations(page);
});

test('commits are filtered by ref, path and message, and the address tells', async ({
  page,
  server,
  seed,
  name,
}) => {
  await history(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/commits`);
  const rows = page.getByRole('grid', { name: 'Commits' }).getByRole('row');

  await page.getByRole('textbox', { name: 'Message or id' }).fill('second');
  await expect(rows).toHaveCount(2);
  await expect(page).toHaveURL(/text=second/);
  await page.getByRole('textbox', { name: 'Message or id' }).fill('run sweep');
  await expect(rows).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Message or id' }).fill('no such message');
  await expect(page.getByText('No commit matches')).toBeVisible();

  await page.goto(`/ui/repositories/${name}/commits`);
  await page.getByRole('textbox', { name: 'Changed below path' }).fill('raw/');
  await expect(rows.filter({ hasText: 'More raw data' })).toBeVisible();
  await expect(rows.filter({ hasText: 'A second a' })).toHaveCount(0);

  await page.goto(`/ui/repositories/${name}/commits`);
  await page.getByRole('button', { name: 'ref All branches' }).click();
  await page.getByRole('textbox', { name: 'Find a branch, tag or commit' }).fill('top');
  await page.getByRole('option', { name: 'topic' }).click();
  await expect(page).toHaveURL(/ref=topic/);
  await expect(rows.filter({ hasText: 'Merge topic' })).toHaveCount(0);
  await expect(rows.filter({ hasText: 'More raw data' })).toBeVisible();
  await page.goto(`/ui/repositories/${name}/commits?ref=sweep-1`);
  await expect(rows.filter({ hasText: 'Run sweep-1' })).toBeVisible();
});

test('a run shows its figures, its facts and the command to reproduce it', async ({
  page,
  server,
  seed,
  name,
}) => {
  await history(seed, name);
  const id = await headOf(seed, name, 'sweep-1');
  await openSignedIn(page, server, `/ui/repositories/${name}/commits/${id}`);

  await expect(page.getByRole('table', { name: 'Metrics' })).toContainText('0.93');
  await expect(page.getByRole('table', { name: 'Parameters' })).toContainText('epochs');
  await expect(page.getByText('python3 train.py --epochs=2')).toBeVisible();
  await expect(page.getByText('1 min 13 s')).toBeVisible();
  await expect(page.getByText(`anabranch reproduce ${id} --repo ${name}`)).toBeVisible();
  await expect(page.getByRole('treeitem', { name: /metrics.json/ })).toContainText('added');
  await expectNoAxeViolations(page);
  await setTheme(page, 'dark');
  await expect(page.getByRole('treeitem', { name: /metrics.json/ })).toBeVisible();
  await expectNoAxeViolations(page);
});

test('the changes of a commit open by keyboard, and the address keeps them', async ({
  page,
  server,
  seed,
  name,
}) => {
  await history(seed, name);
  const id = await headOf(seed, name, 'topic');
  await openSignedIn(page, server, `/ui/repositories/${name}/commits/${id}`);

  await expect(page.getByText('Collected in May.')).toBeVisible();
  await page.getByRole('tree', { name: 'Changes by path' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('treeitem', { name: /c.txt/ })).toContainText('added');
  await page.reload();
  await expect(page.getByRole('treeitem', { name: /c.txt/ })).toBeVisible();
  await page.getByRole('treeitem', { name: /c.txt/ }).click();
  await expect(page).toHaveURL(/compare\?.*path=raw\/c.txt/);
});

test('a commit is reverted, cherry-picked, tagged and branched from', async ({
  page,
  server,
  seed,
  name,
}) => {
  await history(seed, name);
  const second = await seed.rest<{ results: { id: string; message: string }[] }>(
    'GET',
    `/repositories/${name}/refs/main/commits`,
  );
  const id = second.results.find((commit) => commit.message === 'A second a')?.id ?? '';
  const open = () => openSignedIn(page, server, `/ui/repositories/${name}/commits/${id}`);
  const choose = async (action: string) => {
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };
  const dialog = page.getByRole('dialog');

  await open();
  await choose('Create a branch here');
  await dialog.getByLabel('Name').fill('from-here');
  await expectNoAxeViolations(page);
  await dialog.getByRole('button', { name: 'Create branch' }).click();
  await expect(dialog).toBeHidden();
  expect(await headOf(seed, name, 'from-here')).toBe(id);

  await choose('Tag');
  await dialog.getByLabel('Name').fill('v0.5');
  await dialog.getByRole('button', { name: 'Create tag' }).click();
  await expect(dialog).toBeHidden();

  await choose('Revert on a branch');
  await dialog.getByLabel('Message').fill('Back to the first a');
  await dialog.getByRole('button', { name: 'Revert' }).click();
  await expect(page).toHaveURL(/commits\?ref=main/);
  await expect(page.getByRole('row').filter({ hasText: 'Back to the first a' })).toBeVisible();

  await open();
  await choose('Cherry-pick to a branch');
  await dialog.getByRole('button', { name: 'on Choose' }).click();
  await page.getByRole('option', { name: 'topic' }).click();
  await dialog.getByRole('button', { name: 'Cherry-pick' }).click();
  await expect(page).toHaveURL(/commits\?ref=topic/);
  await expect(page.getByRole('row').filter({ hasText: 'A second a' })).toBeVisible();
});

test('a commit that is not there says so', async ({ page, server, seed, name, allowConsole }) => {
  allowConsole(/404/);
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/commits/${'0'.repeat(64)}`);

  await expect(page.getByRole('alert')).toContainText('The commit could not be shown');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});
