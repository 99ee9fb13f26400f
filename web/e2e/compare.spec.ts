import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';
import type { Seeder } from './server';

/** A bitmap of one colour, 2 by 2. */
function bitmap(red: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(70);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, 70, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 2, true);
  view.setInt32(22, 2, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (const at of [56, 59, 64, 67]) bytes[at] = red;
  return bytes;
}

/** main and topic: both changed README.md, topic changed the rest. */
async function twoBranches(seed: Seeder, name: string): Promise<void> {
  await seed.repository(name, {
    'README.md': 'What dogs weigh.\n',
    'raw/weights.csv': 'dog,weight\nrex,10\nbo,20\n',
    'config.json': '{"rate": 0.1, "epochs": 2}',
    'model.bin': 'x\u0000y',
  });
  await seed.put(name, 'main/rex.bmp', bitmap(10), 'image/bmp');
  await seed.commit(name, 'main', 'A picture');
  await seed.branch(name, 'topic');
  await seed.put(name, 'topic/README.md', 'What old dogs weigh.\n');
  await seed.put(name, 'topic/raw/weights.csv', 'dog,weight,age\nrex,10,3\nbo,21,4\n');
  await seed.put(name, 'topic/config.json', '{"epochs": 3, "rate": 0.1}');
  await seed.put(name, 'topic/model.bin', 'x\u0000z');
  await seed.put(name, 'topic/rex.bmp', bitmap(200), 'image/bmp');
  await seed.put(name, 'topic/raw/<img src=x onerror=alert(1)>.html', '<script>alert(1)</script>\n');
  await seed.commit(name, 'topic', 'Everything changes');
  await seed.put(name, 'main/README.md', 'What dogs weigh today.\n');
  await seed.commit(name, 'main', 'Today');
}

test('what differs is counted by prefix and shown side by side', async ({ page, server, seed, name }) => {
  await twoBranches(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=topic`);
  const tree = page.getByRole('tree', { name: 'Changes by path' });
  const viewer = page.getByRole('region', { name: 'Object side by side' });
  const item = (text: RegExp) => tree.getByRole('treeitem', { name: text });

  await expect(page.getByText('6 objects differ')).toBeVisible();
  await expect(item(/README.md/)).toContainText('conflict');
  await expect(item(/model.bin/)).toContainText('changed');
  await expectNoAxeViolations(page);

  await item(/raw/).click();
  await item(/weights.csv/).click();
  await expect(viewer.getByRole('row').filter({ hasText: 'bo' })).toContainText('20 21');
  await expect(viewer.getByText('columns: +age')).toBeVisible();
  await expectNoAxeViolations(page);
  await viewer.getByText('Text', { exact: true }).click();
  await expect(viewer.locator('mark').filter({ hasText: 'age' }).first()).toBeVisible();

  await item(/config.json/).click();
  await expect(viewer.getByText('epochs', { exact: true })).toBeVisible();
  await expect(viewer.getByText('rate', { exact: true })).toHaveCount(0);
  await expectNoAxeViolations(page);

  await item(/model.bin/).click();
  await expect(viewer.getByRole('row').filter({ hasText: 'Checksum' })).toBeVisible();

  await item(/rex.bmp/).click();
  await expect(viewer.getByRole('img', { name: 'At topic' })).toBeVisible();
  await viewer.getByText('Onion skin').click();
  await expect(viewer.getByRole('slider')).toBeVisible();
  await expectNoAxeViolations(page);

  await item(/README.md/).click();
  await expect(viewer.getByText('Both changed it')).toBeVisible();
  await setTheme(page, 'dark');
  await expect(viewer.locator('mark').filter({ hasText: 'old' })).toBeVisible();
  await expectNoAxeViolations(page);
});

test('numbers that a double cannot hold are told apart, digit by digit', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'ids.json': '{"user_id": 9007199254740993, "key": 12345678901234567890}' });
  await seed.branch(name, 'topic');
  await seed.put(name, 'topic/ids.json', '{"user_id": 9007199254740992, "key": 12345678901234567890}');
  await seed.commit(name, 'topic', 'Another user');
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=topic&path=ids.json`);
  const viewer = page.getByRole('region', { name: 'Object side by side' });

  await expect(viewer.getByText('9007199254740993')).toBeVisible();
  await expect(viewer.getByText('9007199254740992')).toBeVisible();
  await expect(viewer.getByText('Both hold the same values')).toHaveCount(0);

  await page.goto(`/ui/repositories/${name}/objects?ref=main&object=ids.json`);
  await expect(page.getByRole('tree', { name: 'JSON' })).toContainText('9007199254740993');
  await expect(page.getByRole('tree', { name: 'JSON' })).toContainText('12345678901234567890');
});

test('rows of a table are numbered as in their file', async ({ page, server, seed, name }) => {
  const lines = Array.from({ length: 60 }, (_, at) => `dog-${at + 1},${at + 1}`);
  const changed = ['new,0', ...lines.filter((_, at) => at !== 50)];
  await seed.repository(name, { 'dogs.csv': `dog,weight\n${lines.join('\n')}\n` });
  await seed.branch(name, 'topic');
  await seed.put(name, 'topic/dogs.csv', `dog,weight\n${changed.join('\n')}\n`);
  await seed.commit(name, 'topic', 'One in, one out');
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=topic&path=dogs.csv`);
  const table = page.getByRole('grid', { name: 'Differences of the table' });

  await expect(table.getByRole('row').filter({ hasText: 'dog-51' })).toContainText('− 51');
  await expect(table.getByRole('row').filter({ hasText: 'new' })).toContainText('+ 1');
});

test('long lines of a text wrap, and none is cut for good', async ({ page, server, seed, name }) => {
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
  const huge = 'x'.repeat(20_000);
  await seed.repository(name, { 'code.py': `first\n${words} OLD\n${huge}A${huge}\n` });
  await seed.branch(name, 'work');
  await seed.put(name, 'work/code.py', `first\n${words} NEW\n${huge}B${huge}\n`);
  await seed.commit(name, 'work', 'Longer');
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=work&path=code.py`);
  const diff = page.getByRole('region', { name: 'Differences of the text' });
  for (const width of [1440, 800]) {
    await page.setViewportSize({ width, height: 900 });
    for (const end of ['OLD', 'NEW']) {
      const mark = diff.getByText(end, { exact: true });
      await expect(mark).toBeInViewport();
      const isWhole = await mark.evaluate((element) => {
        const cell = element.parentElement as HTMLElement;
        return cell.scrollWidth <= cell.clientWidth && getComputedStyle(cell).textOverflow !== 'ellipsis';
      });
      expect(isWhole, `${end} at ${width} px`).toBe(true);
    }
  }
  // Of a huge line the place that differs, and the rest when it is asked for.
  await expect(diff).toContainText('xAx');
  await expect(diff).toContainText('xBx');
  await expectNoAxeViolations(page);
  await diff.getByRole('button', { name: 'Show all 40,001 characters' }).first().click();
  await expect(diff).toContainText(`${huge}A${huge}`);
});

test('a name and a content made to run do nothing', async ({ page, server, seed, name }) => {
  await twoBranches(seed, name);
  page.on('dialog', () => {
    throw new Error('a script ran');
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=topic&open=raw/`);
  await page.getByRole('treeitem', { name: /onerror/ }).click();

  await expect(page.getByText('<script>alert(1)</script>')).toBeVisible();
});

test('the refs are chosen, swapped and compared as they are', async ({ page, server, seed, name }) => {
  await twoBranches(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/compare`);
  await expect(page.getByText('Choose what to compare')).toBeVisible();

  await page.getByRole('button', { name: 'with Choose' }).click();
  await page.getByRole('option', { name: 'topic' }).click();
  await expect(page.getByText('6 objects differ')).toBeVisible();
  await page.getByRole('button', { name: 'Swap the two refs' }).click();
  await expect(page).toHaveURL(/left=topic/);
  await expect(page.getByText('1 object differs')).toBeVisible();
  await page.getByText('Direct', { exact: true }).click();
  await expect(page.getByText('6 objects differ')).toBeVisible();
});

test('a conflict is shown path by path and decided by a strategy', async ({ page, server, seed, name }) => {
  await twoBranches(seed, name);
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=topic`);
  await page.getByRole('button', { name: 'Merge' }).click();
  const dialog = page.getByRole('dialog');

  await expect(dialog.getByRole('tree', { name: 'Conflicts' })).toContainText('README.md');
  const merge = dialog.getByRole('button', { name: 'Merge into main' });
  await expect(merge).toBeDisabled();
  await expectNoAxeViolations(page);
  await dialog.getByLabel('Take what topic has').check();
  await dialog.getByLabel('Message').fill('Topic is right');
  await dialog.getByRole('button', { name: 'Add metadata' }).click();
  await dialog.getByLabel('Name 1').fill('reviewer');
  await dialog.getByLabel('Value 1').fill('ana');
  await merge.click();

  await expect(dialog.getByText('Merged into main')).toBeVisible();
  await dialog.getByRole('link', { name: 'Show the commit' }).click();
  await expect(page.getByRole('heading', { name: 'Topic is right' })).toBeVisible();
  await expect(page.getByText('reviewer')).toBeVisible();
});

test('a destination that moved meanwhile is not merged into unseen', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/412/);
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.branch(name, 'topic');
  await seed.put(name, 'topic/b.txt', 'b');
  await seed.commit(name, 'topic', 'B');
  await openSignedIn(page, server, `/ui/repositories/${name}/compare?left=main&right=topic&merge=1`);
  const dialog = page.getByRole('dialog');
  const merge = dialog.getByRole('button', { name: 'Merge into main' });
  await expect(merge).toBeEnabled();
  await seed.put(name, 'main/c.txt', 'c');
  await seed.commit(name, 'main', 'Meanwhile');

  await merge.click();
  await expect(dialog.getByRole('alert')).toContainText('main has moved on');
  await dialog.getByRole('button', { name: 'Show what a merge changes now' }).click();
  await merge.click();

  await expect(dialog.getByText('Merged into main')).toBeVisible();
});
