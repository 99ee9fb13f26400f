import type { Locator, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';
import type { Seeder } from './server';

const parquet = new Uint8Array(readFileSync(join(import.meta.dirname, 'files/dogs.parquet')));

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"><script>top.hacked = 1</script>' +
  '<rect width="120" height="80" fill="teal"/></svg>';

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Objects' });

async function chooseOfMenu(page: Page, row: string, action: string): Promise<void> {
  await grid(page).getByRole('row', { name: row }).getByRole('button', { name: 'Row actions' }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Nothing that a file holds may run. */
async function expectNotHacked(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
}

async function importBucket(seed: Seeder, repository: string, bucket: string): Promise<void> {
  const { id } = await seed.rest<{ id: string }>('POST', `/repositories/${repository}/branches/main/import`, {
    paths: [{ path: `s3://${bucket}/`, destination: 'imported/', type: 'common_prefix' }],
    commit: { message: 'Import' },
  });
  await expect
    .poll(async () => {
      const path = `/repositories/${repository}/branches/main/import?id=${id}`;
      return (await seed.rest<{ completed: boolean }>('GET', path)).completed;
    })
    .toBe(true);
}

test('folders are walked, filtered and found by their address', async ({ page, server, seed, name }) => {
  await seed.repository(name, {
    'raw/dogs/a.txt': 'a',
    'raw/dogs/b.txt': 'b',
    'raw/x.txt': 'x',
    'top.txt': 'top',
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme);
    await expect(grid(page)).toContainText('top.txt');
    await expectNoAxeViolations(page);
  }

  await grid(page).getByRole('link', { name: 'raw/' }).click();
  await expect(grid(page)).toContainText('x.txt');
  await grid(page).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/path=raw\/dogs\/$/);
  await page.getByLabel('Names with').fill('B.t');
  await expect(grid(page).getByRole('row')).toHaveCount(2);
  await page.reload();
  await expect(grid(page)).toContainText('b.txt');
  await page.getByLabel('Names with').fill('nothing');
  await expect(page.getByText('No name has “nothing”')).toBeVisible();
  await page.getByRole('navigation', { name: 'Path' }).getByRole('link', { name: name }).click();
  await expect(grid(page)).toContainText('top.txt');
});

test('a search that cannot look at all names says how many it looked at, and goes on when asked', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'b-first.txt': 'x', 'z-with-needle.txt': 'x', 'needle.txt': 'x' });
  // A folder that goes on: its second page is as far away as its hundred-thousandth name.
  const many = Array.from({ length: 10_000 }, (_, index) => `c-${String(index).padStart(5, '0')}`);
  const stats = (path: string) => ({
    path,
    path_type: 'object',
    checksum: 'c',
    mtime: 1,
    physical_address: 'p',
  });
  let isSecondAsked = false;
  await page.route(/objects\/ls\?/, async (route) => {
    const query = new URL(route.request().url()).searchParams;
    if ((query.get('prefix') ?? '') !== '') return route.continue();
    const isSecond = query.get('after') !== null && query.get('after') !== '';
    isSecondAsked ||= isSecond;
    const pagination = {
      has_more: !isSecond,
      next_offset: isSecond ? '' : 'c-09999',
      max_per_page: 1000,
      results: 1,
    };
    const results = isSecond ? ['z-with-needle.txt'] : ['b-first.txt', ...many];
    await route.fulfill({ json: { pagination, results: results.map(stats) } });
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?prefix=needle`);

  await expect(grid(page)).toContainText('needle.txt');
  await expect(page.getByText('the first 10,001 were searched')).toBeVisible();
  await expect(grid(page)).not.toContainText('z-with-needle.txt');
  expect(isSecondAsked).toBe(false);
  await page.getByRole('button', { name: 'Search on' }).click();
  await expect(grid(page)).toContainText('z-with-needle.txt');
  await expect(page.getByRole('button', { name: 'Search on' })).toHaveCount(0);
});

test('a filter follows quick typing and loses no letter', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'abcdefghij.txt': 'a', 'abxyz.txt': 'b', 'other.txt': 'c' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await expect(grid(page)).toContainText('other.txt');
  const filter = page.getByLabel('Names with');
  for (const delay of [0, 10, 25, 60, 90]) {
    await filter.pressSequentially('abcdefghi', { delay });
    await expect(filter).toHaveValue('abcdefghi');
    await expect(page).toHaveURL(/prefix=abcdefghi$/);
    await expect(grid(page).getByRole('row')).toHaveCount(2);
    await filter.press('Escape');
    await expect(grid(page).getByRole('row')).toHaveCount(4);
    await expect(filter).toHaveValue('');
  }
  // What the address says wins over what was typed.
  await filter.pressSequentially('abx');
  await expect(grid(page).getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Objects', exact: true }).click();
  await expect(filter).toHaveValue('');
});

test('files and folders are uploaded, deleted and reviewed', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'raw/a.txt': 'a', 'raw/b.txt': 'b', 'raw/c/d.txt': 'd' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=raw/`);
  await page.getByLabel('Files to upload').setInputFiles([
    { name: 'new.txt', mimeType: 'text/plain', buffer: Buffer.from('new') },
    { name: 'a b&c+d.txt', mimeType: 'text/plain', buffer: Buffer.from('odd') },
    { name: 'large.bin', mimeType: '', buffer: Buffer.alloc(20 * 1024 * 1024, 7) },
  ]);
  await expect(grid(page)).toContainText('new.txt');
  await expect(grid(page)).toContainText('a b&c+d.txt');
  await expect(grid(page).getByRole('row', { name: 'large.bin' })).toContainText('20 MiB');
  await expect(page.getByText('3 uncommitted changes')).toBeVisible();

  await chooseOfMenu(page, 'a.txt', 'Delete');
  await expectNoAxeViolations(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('4 uncommitted changes')).toBeVisible();
  await chooseOfMenu(page, 'c/', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(grid(page).getByRole('link', { name: 'c/' })).toBeHidden();

  await grid(page).getByRole('row', { name: 'new.txt' }).getByLabel('Select row').check();
  await grid(page).getByRole('row', { name: 'large.bin' }).getByLabel('Select row').check();
  await expect(page.getByText('2 objects selected')).toBeVisible();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(grid(page).getByRole('row', { name: 'large.bin' })).toBeHidden();
  await page.getByRole('link', { name: 'Review and commit' }).click();
  await expect(page).toHaveURL(`/ui/repositories/${name}/changes?branch=main`);
});

test('an upload replaces nothing unasked, and the tray tells files of one name apart', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'raw/a.txt': 'old a', 'raw/b.txt': 'old b', 'raw/c.txt': 'old c' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=raw/`);
  const upload = (names: string[]) =>
    page
      .getByLabel('Files to upload')
      .setInputFiles(
        names.map((each) => ({ name: each, mimeType: 'text/plain', buffer: Buffer.from(`new ${each}`) })),
      );
  const dialog = page.getByRole('dialog', { name: 'Replace what is there?' });
  const tray = page.getByRole('region', { name: 'Uploads' });
  const content = async (path: string) => (await seed.s3('GET', `/${name}/main/${path}`)).text();

  await upload(['a.txt', 'b.txt', 'fresh.txt']);
  await expect(dialog).toContainText('main/raw/a.txt');
  await expectNoAxeViolations(page);
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect(dialog).toContainText('main/raw/b.txt');
  await dialog.getByRole('button', { name: 'Skip' }).click();
  await expect(tray).toContainText('2 files uploaded, 1 skipped');
  await expect(tray).toContainText('main/raw/fresh.txt');
  expect(await content('raw/a.txt')).toBe('new a.txt');
  expect(await content('raw/b.txt')).toBe('old b');
  await tray.getByRole('button', { name: 'Close uploads' }).click();

  await upload(['a.txt', 'b.txt', 'c.txt']);
  await dialog.getByLabel(/Do the same/).check();
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect(tray).toContainText('3 files uploaded');
  await expect(dialog).toBeHidden();
  expect(await content('raw/c.txt')).toBe('new c.txt');
});

test('a tag and a commit are read-only', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'a.txt': 'a' });
  await seed.rest('POST', `/repositories/${name}/tags`, { id: 'v1', ref: 'main' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?ref=v1`);
  await expect(page.getByText('The tag v1 is read-only')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Upload' })).toBeDisabled();
  await grid(page).getByRole('button', { name: 'Row actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeDisabled();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'ref v1' }).click();
  await page.getByRole('option', { name: 'main' }).click();
  await expect(page.getByRole('button', { name: 'Upload' })).toBeEnabled();
});

test('object info tells what was imported from what was written', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'own.txt': 'own' });
  await seed.bucket(`${name}-source`, { 'dogs/a.txt': 'far away' });
  await importBucket(seed, name, `${name}-source`);
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  const address = page.getByRole('region', { name: 'Physical address' });
  await chooseOfMenu(page, 'own.txt', 'Object info');
  await expect(address).toContainText('in this repository’s namespace');
  await expect(address).toContainText(`s3://${name}-store/data/`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Name 1').fill('quality');
  await page.getByLabel('Value 1').fill('checked by hand');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('region', { name: 'User metadata' })).toContainText('checked by hand');
  await expectNoAxeViolations(page);

  await page.goto(`/ui/repositories/${name}/objects?path=imported/dogs/&info=imported/dogs/a.txt`);
  await expect(address).toContainText('imported, not copied');
  await expect(address).toContainText(`s3://${name}-source/dogs/a.txt`);
  await address.getByRole('link', { name: 'Show it in the bucket' }).click();
  await expect(page).toHaveURL(`/ui/buckets/${name}-source?prefix=dogs/&info=dogs/a.txt`);
  await expect(page.getByRole('dialog')).toContainText('CRC64NVME');
});

test('paths, URIs and presigned URLs are copied, objects downloaded', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, { 'a b/c d.txt': 'contents' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=a b/`);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await chooseOfMenu(page, 'c d.txt', 'Copy lakefs:// URI');
  await expect.poll(clipboard).toBe(`lakefs://${name}/main/a b/c d.txt`);
  await chooseOfMenu(page, 'c d.txt', 'Copy s3:// URI');
  await expect.poll(clipboard).toBe(`s3://${name}/main/a b/c d.txt`);
  await chooseOfMenu(page, 'c d.txt', 'Copy presigned URL');
  await expect.poll(clipboard).toContain('X-Amz-Signature');
  const answer = await fetch(await clipboard());
  expect(await answer.text()).toBe('contents');

  const downloading = page.waitForEvent('download');
  await chooseOfMenu(page, 'c d.txt', 'Download');
  expect((await downloading).suggestedFilename()).toBe('c d.txt');
});

test('every kind of object has its preview, and nothing in one runs', async ({
  page,
  server,
  seed,
  name,
}) => {
  const hostile = '<img src=x onerror="top.hacked = 1"><script>top.hacked = 1</script>';
  const notebook = {
    nbformat: 4,
    metadata: {},
    cells: [
      { cell_type: 'markdown', source: ['# Title of it\n', hostile] },
      {
        cell_type: 'code',
        execution_count: 3,
        source: 'print(1)',
        outputs: [
          { output_type: 'stream', name: 'stdout', text: ['\u001b[31mred\u001b[0m\n'] },
          { output_type: 'display_data', data: { 'text/html': hostile } },
        ],
      },
    ],
  };
  await seed.repository(name, {
    'a.txt': `first line\n${hostile}\n`,
    'data.json': JSON.stringify({ layers: [{ units: 64 }], note: hostile }),
    'table.csv': `breed,kg\n"Corgi, Welsh",12\n${hostile},1\n`,
    'read.md': `# Heading of it\n\n${hostile}\n\n[bad](javascript:top.hacked=1)\n`,
    'book.ipynb': JSON.stringify(notebook),
    'page.html': hostile,
    'picture.svg': svg,
    'bytes.bin': 'a\u0000b',
    'empty.txt': '',
    'large.log': 'a line of the log\n'.repeat(100_000),
    '<img src=x onerror=top.hacked=1>.txt': 'name',
  });
  await seed.put(name, 'main/dogs.parquet', parquet);
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?object=a.txt`);
  const pane = page.getByRole('region', { name: 'Object', exact: true });
  const shows = async (path: string, text: string | RegExp) => {
    await page.goto(`/ui/repositories/${name}/objects?object=${encodeURIComponent(path)}`);
    await expect(pane).toContainText(text);
    await expectNotHacked(page);
  };
  await shows('a.txt', 'first line');
  await expectNoAxeViolations(page);
  await shows('data.json', '64');
  await expectNoAxeViolations(page);
  await shows('table.csv', 'Corgi, Welsh');
  await expectNoAxeViolations(page);
  await shows('dogs.parquet', '1,000 rows');
  await expect(pane.getByRole('grid')).toContainText('Poodle');
  await pane.getByText('Schema').click();
  await expect(pane).toContainText('byte_array');
  await expectNoAxeViolations(page);
  await shows('read.md', 'Heading of it');
  await expect(pane.getByRole('link', { name: 'bad' })).toHaveCount(0);
  await expectNoAxeViolations(page);
  await shows('book.ipynb', 'Title of it');
  await expect(pane).toContainText('red');
  await expect(pane).toContainText('text/html is not shown');
  await expectNoAxeViolations(page);
  await shows('page.html', '<script>');
  await shows('picture.svg', '120 × 80 pixels');
  await expectNoAxeViolations(page);
  await shows('bytes.bin', '61 00 62');
  await expectNoAxeViolations(page);
  await shows('empty.txt', 'An empty object');
  await shows('large.log', 'The first 1 MiB of 1.72 MiB are shown');
  await shows('<img src=x onerror=top.hacked=1>.txt', 'name');
  await shows('not-there.txt', 'There is no such object here');
  await setTheme(page, 'dark');
  await shows('data.json', '64');
  await expectNoAxeViolations(page);
});

test('a long text and long bytes go on, and their end is one click away', async ({
  page,
  server,
  seed,
  name,
}) => {
  const lineCount = 150_000;
  const log = Array.from({ length: lineCount }, (_, index) => `line ${index + 1} of ünïcode`).join('\n');
  await seed.repository(name, { 'long.log': `${log}\n` });
  const bytes = new Uint8Array(200_000).fill(0);
  bytes.set(new TextEncoder().encode('the very end'), bytes.length - 12);
  await seed.put(name, 'main/long.bin', bytes);
  await seed.put(
    name,
    'main/rows.csv',
    `n,text\n${'1,a row of the table that is long\n'.repeat(100_000)}2,last\n`,
  );

  await openSignedIn(page, server, `/ui/repositories/${name}/objects?object=long.log`);
  const pane = page.getByRole('region', { name: 'Object', exact: true });
  const text = pane.getByRole('region', { name: 'Text' });
  await expect(pane).toContainText('The first 1 MiB of 3.');
  await expect(text).toContainText('line 1 of ünïcode');
  await expectNoAxeViolations(page);
  await pane.getByRole('button', { name: 'Show more' }).click();
  await expect(pane).toContainText('The first 2 MiB of 3.');
  await pane.getByRole('button', { name: 'Jump to the end' }).click();
  await expect(pane).toContainText('The last 1 MiB of 3.');
  await expect(text).toContainText(`line ${lineCount} of ünïcode`);
  await expect(text).not.toContainText('\ufffd');
  // What comes before moves nothing, and with all of it the lines have their numbers.
  await pane.getByRole('button', { name: 'Show what comes before' }).click();
  await expect(pane).toContainText('The last 2 MiB of 3.');
  await expect(text).toContainText(`line ${lineCount} of ünïcode`);
  await pane.getByRole('button', { name: 'Show what comes before' }).click();
  await expect(pane).toContainText('The last 3 MiB of 3.');
  await pane.getByRole('button', { name: 'Show what comes before' }).click();
  await expect(pane).toContainText('150,000 lines');
  await expect(text.getByText(String(lineCount), { exact: true })).toBeVisible();
  await expect(text).toContainText(`line ${lineCount} of ünïcode`);
  await pane.getByRole('button', { name: 'Back to the beginning' }).click();
  await expect(text).toContainText('line 1 of ünïcode');

  await page.goto(`/ui/repositories/${name}/objects?object=long.bin`);
  const hex = pane.getByRole('region', { name: 'Bytes' });
  await expect(hex).toContainText('00000000  00 00');
  await pane.getByRole('button', { name: 'Show more' }).click();
  await expect(pane).toContainText('The first 128 KiB of 195 KiB');
  await pane.getByRole('button', { name: 'Jump to the end' }).click();
  await expect(hex).toContainText('the very end');
  await expect(hex).toContainText((199_984).toString(16).padStart(8, '0'));

  await page.goto(`/ui/repositories/${name}/objects?object=rows.csv`);
  await expect(pane).toContainText('rows so far');
  await pane.getByRole('button', { name: 'Show more' }).click();
  await expect(pane).toContainText('100,001 rows');
});

test('a document shows the images beside it, and its links lead to their objects', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.repository(name, {
    'docs/read.md':
      '![the dog](../img/dog.svg) ![far](https://example.org/x.png)\n\n[the notes](notes.txt) [top](#top)\n',
    'docs/notes.txt': 'notes of it',
    'img/dog.svg': svg,
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=docs/&object=docs/read.md`);
  const pane = page.getByRole('region', { name: 'Object', exact: true });
  const image = pane.getByRole('img', { name: 'the dog' });
  await expect(image).toHaveJSProperty('naturalWidth', 120);
  await expect(pane).toContainText('[image: far]');
  await expect(pane.getByRole('link')).toHaveCount(1);
  await expectNotHacked(page);
  await pane.getByRole('link', { name: 'the notes' }).click();
  await expect(pane).toContainText('notes of it');
});

test('lists are sorted by their columns, and the address tells', async ({ page, server, seed, name }) => {
  await seed.repository(name, {
    'a-10.bin': 'x'.repeat(10),
    'a-9.bin': 'x'.repeat(3000),
    'c.txt': 'x',
    'sub/d.txt': 'd',
  });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  const names = async (label: string) =>
    (await page.getByRole('grid', { name: label }).getByRole('link').allTextContents()).filter((each) =>
      /^(a-|c\.|sub)/.test(each),
    );
  await expect.poll(() => names('Objects')).toEqual(['a-10.bin', 'a-9.bin', 'c.txt', 'sub/']);
  await page.getByRole('button', { name: 'Size' }).click();
  await expect.poll(() => names('Objects')).toEqual(['c.txt', 'a-10.bin', 'a-9.bin', 'sub/']);
  await page.getByRole('button', { name: 'Size' }).click();
  await expect.poll(() => names('Objects')).toEqual(['a-9.bin', 'a-10.bin', 'c.txt', 'sub/']);
  await expect(page).toHaveURL(/sort=size&dir=desc/);
  await page.reload();
  await expect.poll(() => names('Objects')).toEqual(['a-9.bin', 'a-10.bin', 'c.txt', 'sub/']);
  await page.getByRole('button', { name: 'Name' }).click();
  await expect.poll(() => names('Objects')).toEqual(['a-9.bin', 'a-10.bin', 'c.txt', 'sub/']);
  await expectNoAxeViolations(page);

  await seed.bucket(`${name}-few`, { a: 'a' });
  await seed.bucket(`${name}-more`, { a: 'a', b: 'b' });
  await page.goto(`/ui/buckets?prefix=${name}-`);
  const buckets = page.getByRole('grid', { name: 'Buckets' });
  await page.getByRole('button', { name: 'Created' }).click();
  await expect(buckets.getByRole('link').first()).toHaveText(`${name}-store`);
  await page.getByRole('button', { name: 'Created' }).click();
  await expect(buckets.getByRole('link').first()).toHaveText(`${name}-more`);
});

test('images are looked through in the gallery', async ({ page, server, seed, name }) => {
  await seed.repository(name, { 'p/1.svg': svg, 'p/2.svg': svg, 'p/3.svg': svg, 'p/notes.txt': 'x' });
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=p/`);
  await expect(grid(page)).toContainText('1.svg');
  await page.getByRole('img', { name: 'Gallery' }).click();
  await expect(page).toHaveURL(/view=gallery/);
  const gallery = page.getByRole('region', { name: 'Gallery' });
  await expect(gallery.locator('img')).toHaveCount(3);
  await expect(gallery).toContainText('notes.txt');
  await expectNoAxeViolations(page);
  await gallery.getByRole('link', { name: '1.svg' }).click();
  await expect(page.getByText('120 × 80 pixels')).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.getByRole('heading', { name: '2.svg' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: '2.svg' })).toBeHidden();
  await expectNotHacked(page);
});

test('a gallery of many images is scrolled through', async ({ page, server, seed, name }) => {
  const images = Array.from({ length: 400 }, (_, index) => [`p/${1000 + index}.svg`, svg] as const);
  await seed.repository(name, Object.fromEntries(images));
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=p/&view=gallery`);
  const gallery = page.getByRole('region', { name: 'Gallery' });
  for (const [top, shown] of [
    [0, '1000.svg'],
    [1_000_000, '1399.svg'],
    [0, '1000.svg'],
  ] as const) {
    await gallery.evaluate((element, to) => (element.scrollTop = to), top);
    const tile = gallery.getByRole('link', { name: shown });
    await expect(tile.locator('img')).toHaveJSProperty('naturalWidth', 120);
  }
  await expectNotHacked(page);
});

test('an empty branch says what to do, a wrong ref what is wrong', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/status of 404/);
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await expect(page.getByText('No objects yet')).toBeVisible();
  await expect(page.getByText(`anabranch cp data.csv anabranch://${name}/main/data.csv`)).toBeVisible();
  await expectNoAxeViolations(page);
  await page.goto(`/ui/repositories/${name}/objects?ref=nowhere`);
  await expect(page.getByText('The objects could not be listed')).toBeVisible();
});

test('a list that is another begins at its top, and going back finds the old place', async ({
  page,
  server,
  seed,
  name,
}) => {
  const files = Array.from({ length: 120 }, (_, index) => `raw/f${String(index).padStart(3, '0')}.txt`);
  await seed.repository(name, Object.fromEntries(files.map((path) => [path, 'x'])));
  await openSignedIn(page, server, `/ui/repositories/${name}/objects?path=raw/`);
  const grid = page.getByRole('grid', { name: 'Objects' });
  const scrollTop = () => grid.evaluate((element) => element.scrollTop);
  await expect(grid).toContainText('f000.txt');

  // Both lists are known after this: they are there as soon as they are asked for.
  const filter = page.getByLabel('Names with');
  await filter.fill('f0');
  await expect(page).toHaveURL(/prefix=f0/);
  await expect(grid).toHaveAttribute('aria-rowcount', '101');
  await grid.evaluate((element) => (element.scrollTop = 2000));
  await expect(grid).toContainText('f060.txt');
  await filter.fill('');
  await expect(grid).toHaveAttribute('aria-rowcount', '121');
  await expect(grid).toContainText('f000.txt');
  expect(await scrollTop()).toBe(0);

  await grid.evaluate((element) => (element.scrollTop = 2400));
  await expect(grid).toContainText('f075.txt');
  await page.getByRole('navigation', { name: 'Path' }).getByRole('link', { name }).click();
  await expect(grid).toContainText('raw/');
  await page.goBack();
  await expect(grid).toContainText('f075.txt');
  expect(await scrollTop()).toBe(2400);
});

test('what is chosen in one repository is not chosen in another', async ({ page, server, seed, name }) => {
  const other = `${name}-other`;
  await seed.repository(name, { 'a.txt': 'x' });
  await seed.repository(other, { 'a.txt': 'y' });
  const switchTo = async (from: string, to: string) => {
    await page.getByRole('button', { name: `Repository ${from}: switch` }).click();
    await page.getByLabel('Find a repository').fill(to);
    await page.getByRole('option', { name: to, exact: true }).click();
    await expect(page).toHaveURL(`/ui/repositories/${to}/objects`);
  };
  // Both are known after this: no page has to load between them.
  await openSignedIn(page, server, `/ui/repositories/${name}/objects`);
  await switchTo(name, other);
  await switchTo(other, name);
  await page.getByRole('checkbox', { name: 'Select row' }).check();
  await expect(page.getByText('1 object selected')).toBeVisible();

  await switchTo(name, other);

  await expect(page.getByRole('checkbox', { name: 'Select row' })).not.toBeChecked();
  await expect(page.getByText('selected')).toBeHidden();
});
