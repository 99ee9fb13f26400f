/** What the screenshots show: a data set in a bucket, a repository over it, and a sweep whose best run is in main. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../src/api/types';
import { binary, type Seeder, type Server } from '../e2e/server';
import { digitPicture } from './pictures';

const classes = 10;
const picturesPerClass = 24;

export async function tellStory(
  server: Server,
  seed: Seeder,
  beforePromotion: (best: Run) => Promise<void>,
): Promise<{ runs: Run[] }> {
  const environment = {
    PATH: process.env.PATH,
    HOME: server.folder,
    ANABRANCH_ENDPOINT: server.url,
    ANABRANCH_ACCESS_KEY_ID: server.rootKey.id,
    ANABRANCH_SECRET_ACCESS_KEY: server.rootKey.secret,
    ANABRANCH_REPOSITORY: 'digits',
  };
  const anabranch = (...words: string[]) => execFileSync(binary, words, { env: environment });

  await seed.bucket('sample-data');
  await seed.bucket('repositories');
  await seed.bucket('exports', { 'reports/2026-q3.csv': 'month,runs\n7,120\n8,164\n9,201\n' });
  const table = ['path,label'];
  const puts: Promise<void>[] = [];
  for (let digit = 0; digit < classes; digit += 1) {
    for (let at = 0; at < picturesPerClass; at += 1) {
      const path = `train/${digit}/${String(digit * picturesPerClass + at).padStart(4, '0')}.png`;
      table.push(`${path},${digit}`);
      puts.push(seed.put('sample-data', `digits/${path}`, digitPicture(digit, at), 'image/png'));
    }
    await Promise.all(puts.splice(0));
  }
  await seed.put('sample-data', 'digits/labels.csv', `${table.join('\n')}\n`, 'text/csv');
  await seed.put('sample-data', 'digits/README.md', readme, 'text/markdown');
  await seed.put('sample-data', 'digits/explore.ipynb', notebook, 'application/json');
  await seed.put(
    'exports',
    'dogs.parquet',
    new Uint8Array(readFileSync(join(import.meta.dirname, '../e2e/files/dogs.parquet'))),
  );

  for (const name of ['digits', 'street-signs', 'weather'])
    anabranch('repo', 'create', name, `s3://repositories/${name}`);
  anabranch('branch', 'create', 'anabranch://digits/ingest', '--from', 'main');
  anabranch(
    'import',
    's3://sample-data/digits/',
    'anabranch://digits/ingest/raw/',
    '-m',
    'Import 240 pictures',
  );
  anabranch('merge', 'anabranch://digits/ingest', 'main', '-m', 'First data set');
  anabranch('tag', 'create', 'anabranch://digits/data-v1', '--from', 'main');

  const trainer = join(server.folder, 'trainer');
  mkdirSync(trainer);
  copyFileSync(join(import.meta.dirname, 'train.py'), join(trainer, 'train.py'));
  const grid = ['optimizer=adam,sgd', 'lr=0.003,0.03,0.3', 'dropout=0.1,0.3'].flatMap((each) => [
    '--grid',
    each,
  ]);
  const options = ['--from', 'ingest', '--name', 'sweep', '--data', 'raw', '--parallel', '4', ...grid];
  const swept = spawnSync(binary, ['run', ...options, '--', 'python3', 'train.py'], {
    cwd: trainer,
    env: environment,
  });
  // Two of the twelve fail on purpose.
  if (swept.status !== 1) throw new Error(`anabranch run: ${swept.status}\n${swept.stderr.toString()}`);
  const at = '/repositories/digits';
  const { results: runs } = await seed.rest<{ results: Run[] }>(
    'GET',
    `${at}/runs?state=ok&order_by=metric.accuracy&direction=desc`,
  );
  const best = runs[0];
  if (!best) throw new Error('no run is ok');
  await beforePromotion(best);
  anabranch('promote', best.branch, '--require', 'accuracy>=0.95');
  anabranch('tag', 'create', 'anabranch://digits/model-v1', '--from', 'main');

  anabranch('branch', 'create', 'anabranch://digits/relabel', '--from', 'main');
  await seed.put('digits', 'relabel/raw/labels.csv', `${relabelled(table).join('\n')}\n`, 'text/csv');
  await seed.put(
    'digits',
    'relabel/raw/README.md',
    `${readme}\nTwo labels were mended by hand.\n`,
    'text/markdown',
  );
  anabranch('commit', 'anabranch://digits/relabel', '-m', 'Mend two labels', '--meta', 'reviewed_by=ada');
  await seed.put('digits', 'relabel/raw/train/3/extra.png', digitPicture(3, 99), 'image/png');
  await seed.put('digits', 'relabel/raw/train/8/extra.png', digitPicture(8, 99), 'image/png');

  return { runs };
}

function relabelled(table: readonly string[]): string[] {
  return table.map((line) => line.replace(/^(train\/3\/007[45]\.png),3$/, '$1,8'));
}

const readme = `# Digits

240 pictures of handwritten digits, 64 × 64 pixels, in one folder for each class.

| file               | what                                |
| ------------------ | ----------------------------------- |
| \`train/<class>/\`   | the pictures                        |
| \`labels.csv\`       | path and label of each              |
| \`explore.ipynb\`    | a first look                        |

- [x] Every class has 24 pictures
- [ ] A second reader checks the labels
`;

const notebook = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
  cells: [
    {
      cell_type: 'markdown',
      id: 'a',
      metadata: {},
      source: ['# A first look\n', 'How many pictures has each class?'],
    },
    {
      cell_type: 'code',
      id: 'b',
      metadata: {},
      execution_count: 1,
      source: ['import pandas\n', 'pandas.read_csv("labels.csv").label.value_counts().head(3)'],
      outputs: [
        {
          output_type: 'execute_result',
          execution_count: 1,
          metadata: {},
          data: { 'text/plain': ['label\n', '0    24\n', '1    24\n', '2    24'] },
        },
      ],
    },
  ],
});
