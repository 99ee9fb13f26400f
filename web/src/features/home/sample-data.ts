/**
 * Something to look at for those who begin: a bucket of raw data, and a repository with two branches over it. All of it is
 * made by the same requests that any client makes.
 */
import { hasStatus } from '../../api/error';
import { commitChanges } from '../../api/queries/changes';
import { createBranch } from '../../api/queries/refs';
import { createRepository } from '../../api/queries/repositories';
import { createBucket, putObject } from '../../api/s3';

export const sampleRepository = 'sample';
const rawBucket = 'sample-data';
const namespaceBucket = 'repositories';

const breeds = ['Beagle', 'Boxer', 'Collie', 'Corgi', 'Poodle', 'Pug', 'Spaniel', 'Terrier'];
const dogs = 200;

/** Weights that follow from age and breed, with some noise that is the same every time. */
function dogsCsv(): string {
  const lines = Array.from({ length: dogs }, (_, at) => {
    const breed = at % breeds.length;
    const age = 1 + ((at * 7) % 12);
    const noise = ((at * 7919) % 100) / 50 - 1;
    return `dog-${at + 1},${breeds[breed]},${age},${(6 + breed * 3.2 + Math.min(age, 3) * 1.5 + noise).toFixed(1)}`;
  });
  return `id,breed,age,weight_kg\n${lines.join('\n')}\n`;
}

const readme = `# Sample data

Weights of ${dogs} dogs that never lived. Branch \`main\` holds the data as it came; branch \`cleaned\` has a change that is not
committed yet: look at *Uncommitted*, commit it, compare both branches, merge.
`;

/** Errors: those of the server, but for what is there already. */
export async function makeSampleData(): Promise<void> {
  const text = (body: string, type: string) => new Blob([body], { type });
  const unlessThere = (making: Promise<unknown>) =>
    making.catch((error: unknown) => {
      if (!hasStatus(error, 409)) throw error;
    });
  const csv = dogsCsv();
  for (const bucket of [rawBucket, namespaceBucket]) await unlessThere(createBucket(bucket));
  await putObject(rawBucket, 'dogs/dogs.csv', text(csv, 'text/csv'));
  await createRepository(sampleRepository, `s3://${namespaceBucket}/${sampleRepository}`, 'main');
  const put = (key: string, body: string, type: string) => putObject(sampleRepository, key, text(body, type));
  await put('main/raw/dogs.csv', csv, 'text/csv');
  await put('main/README.md', readme, 'text/markdown');
  await put('main/config/train.json', '{"learning_rate": 0.1, "epochs": 12}\n', 'application/json');
  await commitChanges(sampleRepository, 'main', 'Sample data as it came', {});
  await createBranch(sampleRepository, 'cleaned', 'main');
  const cleaned = csv
    .split('\n')
    .filter((line) => !line.includes(',Pug,'))
    .join('\n');
  await put('cleaned/raw/dogs.csv', cleaned, 'text/csv');
}
