/**
 * How soon the longest lists respond, measured in the page: from the event (a key, a movement of the scroll bar) to the
 * end of the frame in which the rows that belong there are drawn. Prints a table and writes bench/results/<date>-ui.md.
 *
 *   scripts/web.sh bench          BENCH_UI_OBJECTS, BENCH_UI_OTHERS: fewer of them, to see that it works
 */
import { expect, test, type Browser, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Seeder, Server } from '../e2e/server';
import { branchName, fillHistory, fillObjects, fillRuns, objectName } from './fill';

const objects = Number(process.env.BENCH_UI_OBJECTS ?? 1_000_000);
const others = Number(process.env.BENCH_UI_OTHERS ?? 10_000);
const curves = 100;
const points = 500;
const limitMs = 100;
const samples = 40;
const loadLimitMs = 1000;
const loadSamples = 20;

interface Case {
  name: string;
  times: number[];
  limitMs: number;
}

const cases: Case[] = [];
const notes: string[] = [];

declare global {
  interface Window {
    /** The end of the first frame in which `isThere` holds. */
    untilDrawn: (isThere: () => boolean) => Promise<number>;
    rowsAreDrawn: () => boolean;
    /** Tells pictures of the first chart apart, faster than its PNG would. */
    curvesDrawn: () => string | undefined;
    keyTime: number;
    /** What was there before the key. */
    before: string | undefined;
  }
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

async function prepare(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.untilDrawn = async (isThere) => {
      const giveUp = performance.now() + 20_000;
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        if (isThere()) break;
        if (performance.now() > giveUp) throw new Error('nothing is drawn');
      }
      // A task after the frame's own: by then it is drawn.
      await new Promise((resolve) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = resolve;
        channel.port2.postMessage(0);
      });
      return performance.now();
    };
    // Rows with text at the top, in the middle and at the bottom of the table.
    window.rowsAreDrawn = () => {
      const grid = document.querySelector('[role=grid]');
      if (!grid) return false;
      const box = grid.getBoundingClientRect();
      return [box.top + 50, box.top + box.height / 2, box.bottom - 40].every((y) => {
        const row = document.elementFromPoint(box.left + 200, y)?.closest('[role=row]');
        return (row?.textContent.length ?? 0) > 0;
      });
    };
    window.curvesDrawn = () => {
      const canvas = document.querySelector<HTMLCanvasElement>('figure canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      if (!pixels) return undefined;
      let hash = 0;
      for (const pixel of new Uint32Array(pixels.buffer)) hash = (Math.imul(hash, 31) + pixel) | 0;
      return String(hash);
    };
    addEventListener('keydown', (event) => (window.keyTime = event.timeStamp), true);
  });
}

async function measure(
  name: string,
  count: number,
  once: (index: number) => Promise<number>,
  limit = limitMs,
): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < count; ++index) times.push(await once(index));
  cases.push({ name, times, limitMs: limit });
  const { p50, p95, max } = figures(times);
  tell(`${name}: p50 ${p50} ms, p95 ${p95} ms, max ${max} ms`);
}

function figures(times: readonly number[]) {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** From the address to the end of the frame in which `selector` is drawn, by a browser that was never here. */
async function measureLoad(
  browser: Browser,
  name: string,
  url: string,
  cookie: ReturnType<typeof cookieOf> | undefined,
  selector: string,
): Promise<void> {
  const once = async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    if (cookie) await context.addCookies([cookie]);
    const page = await context.newPage();
    await prepare(page);
    await page.goto(url, { waitUntil: 'commit' });
    const time = await page.evaluate(
      (wanted) => window.untilDrawn(() => document.querySelector(wanted) !== null),
      selector,
    );
    await context.close();
    return time;
  };
  await once();
  await measure(`first load: ${name}`, loadSamples, once, loadLimitMs);
}

/** Scrolls to the end until all rows are loaded. */
async function loadAll(page: Page, rows: number): Promise<void> {
  const began = Date.now();
  await page.evaluate(async (wanted) => {
    const giveUp = performance.now() + 600_000;
    for (;;) {
      // Anew: a list that is filtered otherwise is another table.
      const grid = document.querySelector('[role=grid]');
      const last = [...(grid?.querySelectorAll('[role=row][aria-rowindex]') ?? [])].at(-1);
      if (Number(last?.getAttribute('aria-rowindex')) > wanted) return;
      if (performance.now() > giveUp) throw new Error('not all rows are loaded');
      if (grid) grid.scrollTop = grid.scrollHeight;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }, rows);
  notes.push(
    `loading ${rows.toLocaleString('en')} rows by scrolling to the end: ${(Date.now() - began) / 1000} s`,
  );
  await page.waitForTimeout(500);
}

/** By three rows, as a wheel does, and to anywhere, as the scroll bar does. */
async function measureScrolling(page: Page, name: string): Promise<void> {
  const scroll = (to: 'step' | number) =>
    page.evaluate(async (target) => {
      const grid = document.querySelector('[role=grid]');
      if (!grid) throw new Error('no table');
      const from = performance.now();
      grid.scrollTop =
        target === 'step' ? grid.scrollTop + 102 : target * (grid.scrollHeight - grid.clientHeight);
      return (await window.untilDrawn(window.rowsAreDrawn)) - from;
    }, to);
  await scroll(0.3);
  await measure(`${name}: wheel`, samples, () => scroll('step'));
  await measure(`${name}: jump of the scroll bar`, samples, async (index) => {
    await page.waitForTimeout(50);
    return scroll(((index * 7919) % 1000) / 1000);
  });
}

/** Types the last letter of `text` into the filter; the time runs until only rows that match are there. */
async function measureFilter(
  page: Page,
  name: string,
  count: number,
  textOf: (index: number) => string,
): Promise<void> {
  const field = page.locator('[data-filter-input]').first();
  await measure(name, count, async (index) => {
    const text = textOf(index);
    await field.fill(text.slice(0, -1));
    await page.waitForTimeout(600);
    await field.focus();
    await page.keyboard.press('End');
    await page.evaluate(() => (window.keyTime = 0));
    const drawn = page.evaluate(async (wanted) => {
      const end = await window.untilDrawn(() => {
        if (window.keyTime === 0) return false;
        const rows = [...document.querySelectorAll('[role=grid] [role=row]')].slice(1);
        return rows.length > 0 && rows.every((row) => row.textContent.includes(wanted));
      });
      return end - window.keyTime;
    }, text);
    await page.keyboard.type(text.slice(-1));
    return drawn;
  });
  await field.fill('');
  await page.waitForTimeout(1000);
}

test('long lists', async ({ page, browser }) => {
  const server = await Server.create();
  try {
    const seed = new Seeder(server);
    const began = Date.now();
    await fillObjects(server, seed, objects);
    await fillHistory(seed, others, others);
    await fillRuns(seed, others, curves, points);
    notes.push(`filling the server: ${((Date.now() - began) / 1000).toFixed(0)} s`);
    await prepare(page);
    const cookie = cookieOf(await seed.signIn(), server);
    await page.context().addCookies([cookie]);

    const open = async (path: string, label: string) => {
      await page.goto(`${server.url}/ui/repositories/${path}`);
      await expect(page.getByRole('grid', { name: label }).getByRole('row').nth(3)).toBeVisible();
    };

    const load = (name: string, path: string, selector: string) =>
      measureLoad(browser, name, `${server.url}/ui/${path}`, cookie, selector);
    const rowSelector = '[role=grid] [role=row]:nth-child(4)';
    await measureLoad(browser, 'sign in', `${server.url}/ui/sign-in`, undefined, 'form input');
    await load('home', '', 'main h1');
    await load('objects', 'repositories/objects/objects?path=all/', rowSelector);
    await load('branches', 'repositories/history/branches', rowSelector);
    await load('commits', 'repositories/history/commits', rowSelector);
    await load('runs', 'repositories/runs/experiments?panel=none', rowSelector);

    await open('objects/objects?path=all/', 'Objects');
    await measureFilter(page, 'objects: filter, first page loaded', samples, (index) =>
      beginningOf(objectName((index * 791_929 + 12_345) % objects), 3 + (index % 4)),
    );
    await loadAll(page, objects);
    await measureScrolling(page, 'objects');
    await measureFilter(page, 'objects: filter, all loaded', samples, (index) =>
      beginningOf(objectName((index * 791_929 + 12_345) % objects), 3 + (index % 4)),
    );

    await open('history/branches', 'Branches');
    await loadAll(page, others);
    await measureScrolling(page, 'branches');
    await measureFilter(page, 'branches: filter', samples, (index) =>
      beginningOf(branchName((index * 7919 + 123) % others), 3 + (index % 3)),
    );

    await open('history/commits', 'Commits');
    await loadAll(page, others);
    await measureScrolling(page, 'commits with graph');
    await measureFilter(
      page,
      'commits: filter',
      samples,
      (index) => `Commit ${100 + ((index * 7919) % 899)}`,
    );

    await open('runs/experiments?panel=none', 'Runs');
    await expect(page.getByText(`${others.toLocaleString('en')} runs`, { exact: true })).toBeVisible({
      timeout: 120_000,
    });
    await measureScrolling(page, 'runs');
    await measure('runs: sort', samples / 2, async (index) => {
      await page.waitForTimeout(300);
      return page.evaluate(
        async (column) => {
          const header = [...document.querySelectorAll('[role=columnheader] button')].find(
            (button) => button.textContent === column,
          );
          const grid = document.querySelector('[role=grid]');
          if (!(header instanceof HTMLElement) || !grid) throw new Error('no column');
          const rowsText = () =>
            [...grid.querySelectorAll('[role=row]')].map((row) => row.textContent).join();
          const before = rowsText();
          const from = performance.now();
          header.click();
          return (await window.untilDrawn(() => rowsText() !== before && window.rowsAreDrawn())) - from;
        },
        index % 2 === 0 ? 'accuracy' : 'seed',
      );
    });
    const filter = page.getByRole('textbox', { name: 'Filter runs' });
    await measure('runs: filter', samples / 2, async (index) => {
      await filter.fill(`seed<${1000 + index * 37}`);
      await page.waitForTimeout(300);
      await resetKey(
        page,
        () => document.querySelector('[role=grid]')?.parentElement?.parentElement?.textContent,
      );
      const drawn = page.evaluate(async () => {
        const text = () => document.querySelector('[role=grid]')?.parentElement?.parentElement?.textContent;
        const end = await window.untilDrawn(
          () => window.keyTime > 0 && text() !== window.before && window.rowsAreDrawn(),
        );
        return end - window.keyTime;
      });
      await filter.press('Enter');
      const time = await drawn;
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await expect(page.getByText(`${others.toLocaleString('en')} runs`, { exact: true })).toBeVisible();
      return time;
    });

    const from = Date.now();
    await page.goto(`${server.url}/ui/repositories/runs/experiments?sweep=curves`);
    const values = page.getByRole('region', { name: 'Last values of accuracy' });
    await expect(values.getByRole('row')).toHaveCount(curves + 1);
    await expect(page.getByRole('figure', { name: 'Curves of accuracy' }).locator('canvas')).toBeVisible();
    notes.push(
      `${curves} curves of ${points} points are drawn ${Date.now() - from} ms after the address is entered`,
    );
    const slider = page.getByRole('slider', { name: 'Smoothing' });
    await slider.focus();
    await measure(`${curves} curves of ${points} points: smoothing by a key`, samples, async () => {
      await page.waitForTimeout(100);
      await resetKey(page, () => window.curvesDrawn());
      const drawn = page.evaluate(async () => {
        const end = await window.untilDrawn(
          () => window.keyTime > 0 && window.curvesDrawn() !== window.before,
        );
        return end - window.keyTime;
      });
      await page.keyboard.press('ArrowRight');
      return drawn;
    });
    report(page.context().browser()?.version() ?? '');
  } finally {
    await server.remove();
  }
});

/** Before the key is sent: the page may deal with it before it deals with what is evaluated next. */
async function resetKey(page: Page, shown: () => string | null | undefined): Promise<void> {
  const before = await page.evaluate(shown);
  await page.evaluate((text) => {
    window.keyTime = 0;
    window.before = text;
  }, before ?? undefined);
}

/** Ends with no zero: without its last letter, the first rows would be others. */
function beginningOf(name: string, length: number): string {
  while (name[length - 1] === '0') ++length;
  return name.slice(0, length);
}

function cookieOf(text: string, server: Server) {
  const [name = '', value = ''] = text.split('=');
  return { name, value, url: server.url };
}

function report(chromium: string): void {
  const root = join(import.meta.dirname, '../..');
  const git = (...options: string[]) => execFileSync('git', options, { cwd: root, encoding: 'utf8' }).trim();
  const dirty = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty';
  const today = new Date().toISOString().slice(0, 10);
  const late = cases.filter(({ times, limitMs: limit }) => Number(figures(times).p95) >= limit);
  const lines = [
    `# Benchmark: the web UI's longest lists, ${today}`,
    '',
    `- commit: ${git('rev-parse', '--short=12', 'HEAD')}${dirty}`,
    `- command: \`scripts/web.sh bench\`: ${objects.toLocaleString('en')} objects in one folder, ${others.toLocaleString('en')} branches, commits and runs`,
    `- CPU: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, for the server and the browser; no GPU`,
    `- memory: ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `- browser: Chromium ${chromium}, without a window, 1440x900`,
    `- load average at the end (1, 5, 15 min): ${loadavg()
      .map((each) => each.toFixed(1))
      .join(', ')}`,
    '',
    'Milliseconds in the page from the event (a key, a movement of the scroll bar) to the end of the frame in which the rows that belong there are drawn, requests to the server included. First load: from the address being entered, by a browser that holds nothing of it.',
    '',
    '| case | samples | p50 ms | p95 ms | max ms | limit ms | p95 under it |',
    '|---|---:|---:|---:|---:|---:|---|',
    ...cases.map(({ name, times, limitMs: limit }) => {
      const { p50, p95, max } = figures(times);
      return `| ${name} | ${times.length} | ${p50} | ${p95} | ${max} | ${limit} | ${Number(p95) < limit ? 'yes' : '**no**'} |`;
    }),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ];
  const folder = process.env.BENCH_RESULTS ?? join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${today}-ui.md`), lines.join('\n'));
  tell(lines.join('\n'));
  tell(
    late.length === 0 ? 'all under the limit' : `over the limit: ${late.map(({ name }) => name).join('; ')}`,
  );
}
