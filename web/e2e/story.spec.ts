/**
 * The main job, from a data set in a bucket to the best of two runs on main, by mouse: after signing in, every page is
 * reached by a click. The runs are real ones, of the command line.
 */
import type { Locator, Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, signIn, test } from './fixtures';
import { binary, type Server } from './server';

const pictures = 240;

/** Learns for four steps, waits until it may go on, and learns the last one. */
const train = `
import json, os, pathlib, sys, time
options = dict(argument.lstrip("-").split("=", 1) for argument in sys.argv[1:])
rate, gate = float(options["rate"]), pathlib.Path(options["gate"])
seen = len([file for file in pathlib.Path("raw").rglob("*") if file.is_file()])
def learn(step):
    accuracy = round(1 - rate / step, 6)
    with open("metrics.jsonl", "a") as lines:
        lines.write(json.dumps({"step": step, "accuracy": accuracy, "loss": 1 - accuracy}) + "\\n")
    print(f"step {step}: accuracy {accuracy} on {seen} pictures", flush=True)
    return accuracy
for step in range(1, 5):
    learn(step)
deadline = time.monotonic() + 90
while not gate.exists():
    if time.monotonic() > deadline:
        sys.exit("nobody opened the gate")
    time.sleep(0.05)
accuracy = learn(5)
for folder in ("artifacts", "config"):
    pathlib.Path(folder).mkdir()
pathlib.Path("artifacts/model.json").write_text(json.dumps({"rate": rate}))
pathlib.Path("config/train.json").write_text(json.dumps({"rate": rate, "epochs": 5}))
pathlib.Path("metrics.json").write_text(json.dumps({"accuracy": accuracy, "loss": 1 - accuracy}))
`;

/** `anabranch run` of that script in a folder of its own. */
class CommandLine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'anabranch-story-'));
  private readonly gate = join(this.folder, 'go');
  private readonly child: ChildProcess;
  private output = '';

  constructor(server: Server, repository: string, ...options: string[]) {
    const project = join(this.folder, 'train.py');
    writeFileSync(project, train);
    this.child = spawn(
      binary,
      ['run', '--repo', repository, ...options, '--', 'python3', 'train.py', `--gate=${this.gate}`],
      {
        cwd: this.folder,
        env: {
          ...process.env,
          ANABRANCH_ENDPOINT: server.url,
          ANABRANCH_ACCESS_KEY_ID: server.rootKey.id,
          ANABRANCH_SECRET_ACCESS_KEY: server.rootKey.secret,
          ANABRANCH_CACHE: join(this.folder, 'cache'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
    }
  }

  openGate(): void {
    writeFileSync(this.gate, '');
  }

  async end(): Promise<void> {
    await expect.poll(() => this.child.exitCode, { message: this.output, timeout: 60_000 }).not.toBeNull();
    expect(this.child.exitCode, this.output).toBe(0);
  }

  remove(): void {
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function navigation(page: Page, name: string): Locator {
  return page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
}

const rowOf = (page: Page, name: string): Locator =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

test('from a data set in a bucket to the best run on main', async ({
  page,
  server,
  seed,
  name,
  allowConsole,
}) => {
  allowConsole(/status of 401.*\/session/); // it is asked whether there is one
  const source = `${name}-sample-data`;
  const store = `${name}-example`;
  await seed.bucket(source);
  await Promise.all(
    Array.from({ length: pictures }, (_, index) =>
      seed.put(source, `digits/${index % 10}/${index}.txt`, `picture ${index} `.repeat(20), 'text/plain'),
    ),
  );

  await test.step('sign in and see the bucket', async () => {
    await signIn(page, server);
    await expect(page.getByRole('region', { name: 'Buckets' })).toBeVisible();
  });

  await test.step('create a repository over a storage namespace', async () => {
    await navigation(page, 'Repositories').click();
    await page.getByRole('button', { name: 'New repository' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page
      .getByRole('combobox', { name: 'Storage namespace' })
      .fill(`s3://${store}/42/lakefs-minio-demo`);
    await page.getByRole('button', { name: 'Create repository' }).click();
    await expect(page.getByText('No objects yet')).toBeVisible();
  });

  await test.step('import the data set into the branch ingest, without copying it', async () => {
    await navigation(page, 'Import').click();
    await page.getByLabel('Buckets with').fill(source);
    await page.getByRole('button', { name: source }).click();
    await page.getByRole('button', { name: 'Add digits/' }).click();
    await page.getByLabel(/Where .*digits\/ goes/).fill('raw');
    await page.getByRole('button', { name: 'New branch' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('ingest');
    await page.getByRole('button', { name: 'Create branch' }).click();
    await page.getByRole('button', { name: 'Import into ingest' }).click();
    await expect(page.getByText(`${pictures} objects imported, 0 bytes copied`)).toBeVisible();
    const files = page.getByRole('grid', { name: 'Metadata files' });
    await expect(files.getByRole('row').filter({ hasText: 'metarange' }).first()).toContainText('_lakefs/');
  });

  const options = ['--from', 'ingest', '--name', 'sweep', '--grid', 'rate=0.5,0.1', '--data', 'raw'];
  const commandLine = new CommandLine(server, name, ...options, '--parallel', '2');
  try {
    await test.step('watch two runs train at the same time', async () => {
      await navigation(page, 'Experiments').click();
      for (const run of ['sweep-1', 'sweep-2']) await expect(rowOf(page, run)).toContainText('running');
      // What they have learned so far: 1 - 0.5/4 and 1 - 0.1/4.
      const latest = page.getByRole('region', { name: 'Last values of accuracy' });
      await expect(latest.getByRole('row').filter({ hasText: 'sweep-1' })).toContainText('0.875');
      await expect(latest.getByRole('row').filter({ hasText: 'sweep-2' })).toContainText('0.975');
      await expect(latest).toContainText('step 4');

      await rowOf(page, 'sweep-1').getByRole('link').click();
      await page.getByRole('tab', { name: 'Output' }).click();
      const output = page.getByRole('log', { name: 'stdout' });
      await expect(output).toContainText(`step 4: accuracy 0.875 on ${pictures} pictures`);
      commandLine.openGate();
      await expect(output).toContainText(`step 5: accuracy 0.9 on ${pictures} pictures`);
      await page.getByRole('link', { name: 'Experiments', exact: true }).first().click();
      for (const run of ['sweep-1', 'sweep-2']) await expect(rowOf(page, run)).toContainText('ok');
      await commandLine.end();
    });
  } finally {
    commandLine.remove();
  }

  await test.step('compare them', async () => {
    await page.getByRole('checkbox', { name: 'Choose sweep-1' }).check();
    await page.getByRole('checkbox', { name: 'Choose sweep-2' }).check();
    await page.getByRole('button', { name: 'Compare' }).click();
    const runs = page.getByRole('region', { name: 'Runs compared' });
    await expect(runs.getByRole('row', { name: /^accuracy/ })).toContainText('0.98');
    await expect(runs.getByRole('row', { name: /^rate/ })).toContainText('0.5');
    await expect(page.getByRole('region', { name: 'Files compared' })).toContainText('artifacts/model.json');
  });

  const objects = page.getByRole('grid', { name: 'Objects' });
  await test.step('object info shows the physical address in the source bucket', async () => {
    await navigation(page, 'Objects').click();
    await page.getByRole('button', { name: /^ref/ }).click();
    await page.getByRole('option', { name: /^sweep.*2 runs/ }).click();
    await page.getByRole('option', { name: 'sweep-2' }).click();
    for (const folder of ['artifacts/', 'config/', 'metrics/']) await expect(objects).toContainText(folder);
    await objects.getByRole('link', { name: 'raw/' }).click();
    await objects.getByRole('link', { name: '7/' }).click();
    await objects.getByRole('row', { name: '137.txt' }).getByRole('button', { name: 'Row actions' }).click();
    await page.getByRole('menuitem', { name: 'Object info' }).click();
    const info = page.getByRole('dialog');
    await expect(info).toContainText(`s3://${source}/digits/7/137.txt`);
    await expect(info).toContainText('imported, not copied');
    await info.getByRole('link', { name: 'Show it in the bucket' }).click();
    await expect(page).toHaveURL(new RegExp(`/ui/buckets/${source}`));
    await expect(info).toContainText('digits/7/137.txt');
    await info.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('promote the better one', async () => {
    await navigation(page, 'Repositories').click();
    await page.getByRole('link', { name, exact: true }).click();
    await navigation(page, 'Experiments').click();
    await page.getByRole('list', { name: 'Sweeps' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Promote sweep-2' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('region', { name: 'What will change' })).toContainText('artifacts/');
    await expect(dialog.getByRole('region', { name: 'What will change' })).toContainText('raw/');
    await dialog.getByRole('button', { name: 'Promote to main' }).click();
    await expect(page.getByRole('heading', { name: /^promote sweep-2: accuracy=0.98/ })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Metrics' })).toContainText('0.98');
    await expect(page.getByRole('region', { name: 'Parameters' })).toContainText('0.1');
    await page.getByRole('button', { name: 'Browse files' }).click();
    await expect(objects).toContainText('artifacts/');
  });

  await test.step('the storage namespace holds metadata and what the runs wrote, and no picture', async () => {
    await navigation(page, 'Buckets').click();
    await page.getByRole('grid', { name: 'Buckets' }).getByRole('link', { name: store }).click();
    await objects.getByRole('link', { name: '42/' }).click();
    await objects.getByRole('link', { name: 'lakefs-minio-demo/' }).click();
    await expect(objects).toContainText('_lakefs/');
    await expect(objects).toContainText('data/');
    await objects.getByRole('link', { name: '_lakefs/' }).click();
    await expect(objects).toContainText('dummy');
  });

  const stored = await keysOf(store, '42/lakefs-minio-demo/data/');
  expect(stored.length).toBeGreaterThan(0);
  // Two runs of a handful of files each: metrics, artifacts, config, logs, code and packages.
  expect(stored.length).toBeLessThan(25);
  expect(await keysOf(source, 'digits/')).toHaveLength(pictures);

  async function keysOf(bucket: string, prefix: string): Promise<string[]> {
    const answer = await seed.s3('GET', `/${bucket}?list-type=2&prefix=${encodeURIComponent(prefix)}`);
    return [...(await answer.text()).matchAll(/<Key>([^<]*)<\/Key>/g)].map((found) => found[1] ?? '');
  }
});
