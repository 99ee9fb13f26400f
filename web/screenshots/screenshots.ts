/** Makes the documentation's pictures: every screen, light and dark, of a server that has a story to tell. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, openSignedIn, setTheme, test } from '../e2e/fixtures';
import { tellStory } from './story';

const folder = process.env.SCREENSHOTS_DIR ?? join(import.meta.dirname, '../../docs/images/ui');
const themes = ['light', 'dark'] as const;

test('screenshots', async ({ page, server, seed }) => {
  mkdirSync(folder, { recursive: true });
  await page.goto('/ui/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await inBothThemes(page, 'sign-in');

  const digits = '/ui/repositories/digits';
  const { runs } = await tellStory(server, seed, async (run) => {
    await openSignedIn(page, server, `${digits}/experiments/runs/${run.id}`);
    await inBothThemes(page, 'promote', async () => {
      await page.getByRole('button', { name: 'Promote' }).click();
      await expect(page.getByRole('dialog')).toContainText(
        'Nothing that somebody else wrote or changed is in its way',
      );
    });
  });
  const chosen = runs
    .slice(0, 3)
    .map((run) => `runs=${run.id}`)
    .join('&');
  const screens: Record<string, string> = {
    home: '/ui/',
    bucket: '/ui/buckets/sample-data?prefix=digits/',
    objects: `${digits}/objects?ref=ingest&path=raw/&object=raw/README.md`,
    gallery: `${digits}/objects?ref=ingest&path=raw/train/3/&view=gallery`,
    changes: `${digits}/changes?branch=relabel&open=raw/&open=raw/train/&open=raw/train/3/&open=raw/train/8/`,
    commits: `${digits}/commits`,
    compare: `${digits}/compare?left=main&right=relabel&open=raw/&path=raw/labels.csv`,
    import: `${digits}/import?branch=ingest&bucket=sample-data&prefix=digits/`,
    experiments: `${digits}/experiments`,
    'compare-runs': `${digits}/experiments?view=compare&${chosen}`,
    sweep: `${digits}/experiments/sweeps/sweep`,
    server: '/ui/server',
  };
  for (const [name, address] of Object.entries(screens)) {
    await page.goto(address);
    await inBothThemes(page, name);
  }
});

/** One picture in each theme; `prepare` opens what a reload closes. */
async function inBothThemes(page: Page, name: string, prepare?: () => Promise<void>): Promise<void> {
  for (const theme of themes) {
    await setTheme(page, theme);
    await page.waitForLoadState('load');
    await expect(page.getByRole('heading').first()).toBeVisible();
    await prepare?.();
    // At rest: nothing loads, and nothing moves.
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    await page.waitForTimeout(700);
    await page.screenshot({
      path: join(folder, `${name}-${theme}.png`),
      animations: 'disabled',
      caret: 'hide',
    });
  }
}
