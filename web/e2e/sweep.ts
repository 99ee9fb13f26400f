import type { Seeder } from './server';

interface Made {
  id: string;
  name: string;
}

const rates = ['0.1', '0.01', '0.001'];
const optimizers = ['adam', 'sgd'];
const steps = 30;

/** How good a run ends: the middle rate is best, adam better than sgd. */
function accuracyOf(lr: string, optimizer: string): number {
  return (lr === '0.01' ? 0.95 : 0.8) - (optimizer === 'sgd' ? 0.05 : 0);
}

/**
 * A sweep of six runs as a runner reports it: four are ok with a commit each, one failed, the last one runs. The best is
 * run 3, `<sweep>-3`.
 */
export async function sweep(seed: Seeder, repository: string, id = 'sweep'): Promise<Made[]> {
  const at = `/repositories/${repository}`;
  const input = await seed.head(repository);
  const grid = { lr: rates, optimizer: optimizers };
  const command = ['python3', 'train.py'];
  await seed.rest('POST', `${at}/sweeps`, {
    id,
    input_ref: 'main',
    input_commit: input,
    command,
    grid,
    total: 6,
  });
  const made: Made[] = [];
  const start = Date.now() - 600_000;
  for (const lr of rates) {
    for (const optimizer of optimizers) {
      const index = made.length;
      const name = `${id}-${index + 1}`;
      const run = await seed.rest<Made>('POST', `${at}/runs`, {
        sweep: id,
        name,
        branch: name,
        index,
        parameters: { lr, optimizer, epochs: '30' },
        input_commit: input,
        argv: [...command, `--lr=${lr}`],
        host: 'gpu-1',
      });
      made.push(run);
      const end = accuracyOf(lr, optimizer);
      const metrics = Array.from({ length: steps }, (_, step) => {
        const value = end * (1 - Math.exp(-(step + 1) / 6));
        const at = { step: step + 1, time_ms: start + step * 1000 };
        return [
          { name: 'accuracy', value: step === steps - 1 ? end : value, ...at },
          { name: 'loss', value: 1 - value, ...at },
        ];
      }).flat();
      const output = `\x1b[32mepoch\x1b[0m of ${name}\n<img src=x onerror=alert(1)>\nthe needle\n`;
      await seed.rest('POST', `${at}/runs/${run.id}/reports`, {
        state: 'running',
        started_ms: start,
        metrics,
        resources: { cpu_seconds: 12.5, memory_bytes: 1 << 20, memory_bytes_max: 1 << 21 },
        stdout: { offset: 0, text: output },
      });
      if (index === 5) continue;
      const state = index === 4 ? 'failed' : 'ok';
      let commit: string | undefined;
      if (state === 'ok') {
        await seed.branch(repository, name);
        await seed.put(repository, `${name}/artifacts/model.json`, `{"lr": ${lr}}`);
        await seed.put(repository, `${name}/config/train.yaml`, 'epochs: 30\n');
        // As a runner writes it: docs/howto-run-experiments.md.
        const metadata = {
          'anabranch.run': name,
          'anabranch.run_id': run.id,
          'anabranch.sweep': id,
          'anabranch.input_commit': input,
          'anabranch.argv': JSON.stringify([...command, `--lr=${lr}`]),
          'anabranch.status': 'ok',
          'anabranch.exit_code': '0',
          'anabranch.git_sha': 'c0ffee',
          'anabranch.data': '["raw"]',
          'metric.accuracy': String(end),
          'param.lr': lr,
          'param.optimizer': optimizer,
        };
        commit = (await seed.commit(repository, name, `run ${name}`, metadata)).id;
      }
      await seed.rest('POST', `${at}/runs/${run.id}/reports`, {
        state,
        ended_ms: start + 60_000 + index,
        exit_code: state === 'ok' ? 0 : 3,
        commit_id: commit,
        ...(state === 'failed' ? { problem: 'out of memory' } : {}),
      });
    }
  }
  return made;
}
