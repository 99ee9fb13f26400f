import { expect, expectNoAxeViolations, openSignedIn, setTheme, test } from './fixtures';

test('prefixes and objects of buckets become a commit, and nothing is copied', async ({
  page,
  server,
  seed,
  name,
}) => {
  await seed.bucket(`${name}-kennel`, {
    'photos/a/rex.jpg': 'rex',
    'photos/b/bo.jpg': 'bo',
    'labels.csv': 'dog\nrex\n',
  });
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/import`);

  await page.getByLabel('Buckets with').fill(`${name}-ken`);
  await page.getByRole('button', { name: `${name}-kennel` }).click();
  await page.getByRole('button', { name: 'Add photos/' }).click();
  await page.getByRole('button', { name: 'Add labels.csv' }).click();
  await page.getByLabel(/Where .*photos\/ goes/).fill('raw');
  await expectNoAxeViolations(page);
  await setTheme(page, 'dark');
  await expect(page.getByLabel(/Where .*labels.csv goes/)).toHaveValue('labels.csv');
  await expectNoAxeViolations(page);
  await page.getByLabel(/Where .*photos\/ goes/).fill('raw');

  await page.getByRole('button', { name: 'New branch' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('ingest');
  await page.getByRole('button', { name: 'Create branch' }).click();
  await page.getByLabel('Message').fill('Photos of all dogs');
  await page.getByRole('button', { name: 'Import into ingest' }).click();

  await expect(page.getByText('3 objects imported, 0 bytes copied')).toBeVisible();
  await expect(page.getByText('Photos of all dogs')).toBeVisible();
  const files = page.getByRole('grid', { name: 'Metadata files' });
  await expect(files.getByRole('row').filter({ hasText: 'metarange' }).first()).toContainText('_lakefs/');
  await expectNoAxeViolations(page);
  // Its address leads back to it.
  await page.reload();
  await expect(page.getByText('3 objects imported, 0 bytes copied')).toBeVisible();

  const found = await seed.rest<{ physical_address: string }>(
    'GET',
    `/repositories/${name}/refs/ingest/objects/stat?path=${encodeURIComponent('raw/a/rex.jpg')}`,
  );
  expect(found.physical_address).toBe(`s3://${name}-kennel/photos/a/rex.jpg`);
});

test('an import that is refused says why', async ({ page, server, seed, name, allowConsole }) => {
  allowConsole(/status of 4\d\d/);
  await seed.repository(name);
  await openSignedIn(
    page,
    server,
    `/ui/repositories/${name}/import?source=${encodeURIComponent('s3://no-such-bucket-at-all/x/')}`,
  );
  await page.getByRole('button', { name: 'Import into main' }).click();

  await expect(
    page.getByText(/no-such-bucket-at-all.*|does not exist|there is no bucket/).last(),
  ).toBeVisible();
});

test('an import that is not known leads to another one', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/404/);
  await seed.repository(name);
  await openSignedIn(page, server, `/ui/repositories/${name}/import?branch=main&id=none`);

  await expect(page.getByRole('alert')).toContainText('The import could not be found');
  await page.getByRole('link', { name: 'Import more' }).click();
  await expect(page.getByText('Choose from buckets')).toBeVisible();
});
