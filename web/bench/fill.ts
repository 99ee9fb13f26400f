/** Fills a server for the measurements, through its public interfaces. */
import { connect, type Socket } from 'node:net';
import type { Seeder, Server } from '../e2e/server';

const connections = 32;

export interface Amounts {
  objects: number;
  branches: number;
  commits: number;
  runs: number;
}

/** Runs `work` for 0 … count-1, so many at a time. */
export async function forEach(
  count: number,
  atOnce: number,
  work: (index: number, worker: number) => Promise<unknown>,
) {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async (_, worker) => {
      while (next < count) await work(next++, worker);
    }),
  );
}

export const objectName = (index: number): string => `${String(index).padStart(7, '0')}.bin`;
export const branchName = (index: number): string => `b${String(index).padStart(5, '0')}`;

/** A bucket of tiny objects, imported into one folder of a repository. */
export async function fillObjects(server: Server, seed: Seeder, count: number): Promise<void> {
  await seed.bucket('many-objects');
  await putTiny(server, await seed.signIn(), 'many-objects', count);
  await seed.repository('objects');
  const branch = '/repositories/objects/branches/main';
  const { id } = await seed.rest<{ id: string }>('POST', `${branch}/import`, {
    paths: [{ path: 's3://many-objects/', destination: 'all/', type: 'common_prefix' }],
    commit: { message: 'All of them' },
  });
  for (;;) {
    const status = await seed.rest<{ completed: boolean; error?: { message: string } }>(
      'GET',
      `${branch}/import?id=${id}`,
    );
    if (status.error) throw new Error(status.error.message);
    if (status.completed) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `fetch` would take three times as long. */
async function putTiny(server: Server, cookie: string, bucket: string, count: number): Promise<void> {
  const [host = '', port = ''] = server.address.split(':');
  const sockets = await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(Number(port), host, () => resolve(socket));
          socket.setNoDelay(true).once('error', reject);
        }),
    ),
  );
  await forEach(count, connections, (index, worker) => {
    const socket = sockets[worker];
    if (!socket) throw new Error('no socket');
    return new Promise<void>((resolve, reject) => {
      socket.once('data', (bytes) => {
        const status = bytes.toString('latin1', 0, 12);
        if (status === 'HTTP/1.1 200') resolve();
        else reject(new Error(bytes.toString()));
      });
      socket.write(
        `PUT /${bucket}/${objectName(index)} HTTP/1.1\r\nHost: ${server.address}\r\nCookie: ${cookie}\r\n` +
          `Origin: ${server.url}\r\nX-Anabranch-Session: 1\r\nContent-Length: 1\r\n\r\nx`,
      );
    });
  });
  for (const socket of sockets) socket.destroy();
}

/** Commits on twenty branches, and as many other branches as are asked for, which point to them. */
export async function fillHistory(seed: Seeder, branches: number, commits: number): Promise<void> {
  const writers = 20;
  await seed.repository('history');
  for (let writer = 0; writer < writers; ++writer) await seed.branch('history', `writer-${writer}`);
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let index = writer; index < commits; index += writers) {
        await seed.rest('POST', `/repositories/history/branches/writer-${writer}/commits`, {
          message: `Commit ${index} of writer ${writer}`,
          allow_empty: true,
          metadata: index % 3 === 0 ? { 'param.lr': `0.${index}`, 'metric.accuracy': `0.${index}` } : {},
        });
      }
    }),
  );
  await forEach(branches, 16, (index) =>
    seed.branch('history', branchName(index), `writer-${index % writers}`),
  );
}

const rates = ['0.0003', '0.001', '0.003', '0.01', '0.03', '0.1'];
const optimizers = ['adam', 'sgd', 'rmsprop', 'lion'];

/** Runs of one sweep; the first `withCurves` have `points` points of a metric, the others their last. */
export async function fillRuns(
  seed: Seeder,
  count: number,
  withCurves: number,
  points: number,
): Promise<void> {
  await seed.repository('runs');
  const at = '/repositories/runs';
  const { commit_id: input } = await seed.rest<{ commit_id: string }>('GET', `${at}/branches/main`);
  const command = ['python3', 'train.py'];
  const now = Date.now();
  // The newest runs are the first ones listed: those with curves are made last.
  for (const [sweep, from, until] of [
    ['sweep', 0, count - withCurves],
    ['curves', count - withCurves, count],
  ] as const) {
    await seed.rest('POST', `${at}/sweeps`, {
      id: sweep,
      input_ref: 'main',
      input_commit: input,
      command,
      grid: { lr: rates, optimizer: optimizers },
      total: until - from,
    });
    await forEach(until - from, 16, async (index) => {
      const number = from + index;
      const name = `${sweep}-${index + 1}`;
      const run = await seed.rest<{ id: string }>('POST', `${at}/runs`, {
        sweep,
        name,
        index,
        branch: name,
        input_commit: input,
        argv: command,
        parameters: {
          lr: rates[number % rates.length],
          optimizer: optimizers[Math.floor(number / rates.length) % optimizers.length],
          seed: String(number),
        },
      });
      const steps = sweep === 'curves' ? points : 1;
      await seed.rest('POST', `${at}/runs/${run.id}/reports`, {
        state: 'ok',
        started_ms: now - 600_000,
        ended_ms: now,
        exit_code: 0,
        metrics: Array.from({ length: steps }, (_, step) => ({
          name: 'accuracy',
          value: (1 - Math.exp(-(step + 1) / (50 + (number % 40)))) * (0.5 + ((number * 7919) % 499) / 1000),
          step: step + 1,
          time_ms: now - 600_000 + step * 1000,
        })),
      });
    });
  }
}
