/** A real server for browser tests: the program on a fresh data folder and free ports, and a client that fills it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const binary =
  process.env.ANABRANCH_BINARY ?? join(import.meta.dirname, '../../build/release/anabranch');
const readyMsMax = 60_000;

export interface AccessKeyPair {
  id: string;
  secret: string;
}

export class Server {
  readonly rootKey: AccessKeyPair = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/test' };
  private process: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly address: string,
    readonly s3Address: string,
  ) {}

  static async create(): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'anabranch-web-'));
    const server = new Server(folder, `127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://${this.address}`;
  }

  /** Starts it, after `stop` too: the same data on the same ports. */
  async start(): Promise<void> {
    const log = createWriteStream(join(this.folder, 'log'), { flags: 'a' });
    const data = join(this.folder, 'data');
    const options = ['serve', '--data', data, '--listen', this.address, '--s3-listen', this.s3Address];
    const child = spawn(binary, options, {
      env: {
        ...process.env,
        ANABRANCH_ROOT_ACCESS_KEY_ID: this.rootKey.id,
        ANABRANCH_ROOT_SECRET_ACCESS_KEY: this.rootKey.secret,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.process = child;
    const giveUp = Date.now() + readyMsMax;
    while (!(await this.isReady())) {
      if (child.exitCode !== null || Date.now() > giveUp) {
        throw new Error(`the server did not start:\n${readFileSync(join(this.folder, 'log'), 'utf8')}`);
      }
      await sleep(10);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Fills a server as a user would: the REST API by Basic authentication, S3 by a session. */
export class Seeder {
  private cookie: string | undefined;

  constructor(private readonly server: Server) {}

  async rest<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
    const { id, secret } = this.server.rootKey;
    const answer = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    // A new branch is answered with its commit's id as plain text.
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return (isJson ? JSON.parse(text) : text) as Answer;
  }

  async s3(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    type?: string,
  ): Promise<Response> {
    this.cookie ??= await this.signIn();
    const answer = await fetch(`${this.server.url}${path}`, {
      method,
      headers: {
        cookie: this.cookie,
        origin: this.server.url,
        'x-anabranch-session': '1',
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      body,
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async bucket(name: string, objects: Record<string, string> = {}): Promise<void> {
    await this.s3('PUT', `/${name}`);
    for (const [key, body] of Object.entries(objects)) await this.put(name, key, body);
  }

  /** Into a bucket, or into a repository by a key that begins with a branch. */
  async put(
    bucket: string,
    key: string,
    body: string | Uint8Array<ArrayBuffer>,
    type?: string,
  ): Promise<void> {
    await this.s3('PUT', `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`, body, type);
  }

  /** A repository on a bucket of its own, `<name>-store`, with these objects committed on main. */
  async repository(name: string, objects: Record<string, string> = {}): Promise<void> {
    await this.bucket(`${name}-store`);
    await this.rest('POST', '/repositories', { name, storage_namespace: `s3://${name}-store/` });
    if (Object.keys(objects).length === 0) return;
    for (const [path, body] of Object.entries(objects)) await this.put(name, `main/${path}`, body);
    await this.commit(name, 'main', 'First data');
  }

  commit(repository: string, branch: string, message: string, metadata: Record<string, string> = {}) {
    return this.rest<{ id: string }>('POST', `/repositories/${repository}/branches/${branch}/commits`, {
      message,
      metadata,
    });
  }

  /** The commit that a branch is at. */
  async head(repository: string, branch = 'main'): Promise<string> {
    const at = `/repositories/${repository}/branches/${branch}`;
    return (await this.rest<{ commit_id: string }>('GET', at)).commit_id;
  }

  /** A sweep of what main holds, whose runs `<id>-1` ... wait: one for each set of parameters. */
  async sweep(
    repository: string,
    id: string,
    parameters: Record<string, string>[],
    total = parameters.length,
  ): Promise<{ id: string; name: string }[]> {
    const about = { input_commit: await this.head(repository) };
    const command = ['python3', 'train.py'];
    const at = `/repositories/${repository}`;
    await this.rest('POST', `${at}/sweeps`, { ...about, id, input_ref: 'main', command, grid: {}, total });
    const runs: { id: string; name: string }[] = [];
    for (const [index, each] of parameters.entries()) {
      const name = `${id}-${index + 1}`;
      const run = { ...about, sweep: id, name, branch: name, index, parameters: each, argv: command };
      runs.push(await this.rest('POST', `${at}/runs`, run));
    }
    return runs;
  }

  branch(repository: string, name: string, source = 'main') {
    return this.rest('POST', `/repositories/${repository}/branches`, { name, source });
  }

  /** The cookie of a new session. */
  async signIn(): Promise<string> {
    const { id, secret } = this.server.rootKey;
    const answer = await fetch(`${this.server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.server.url },
      body: JSON.stringify({ access_key_id: id, secret_access_key: secret }),
    });
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
    if (cookie === undefined) throw new Error(`sign in: ${answer.status} ${await answer.text()}`);
    return cookie;
  }
}
