import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inferGoal } from './direction';

const table = JSON.parse(
  readFileSync('../tests/data/metric-directions.json', 'utf8'), // vitest runs in web/
) as Record<'min' | 'max' | 'none', string[]>;

test("names tell their direction as the server's rule says", () => {
  for (const name of table.min) expect([name, inferGoal(name)]).toEqual([name, 'min']);
  for (const name of table.max) expect([name, inferGoal(name)]).toEqual([name, 'max']);
  for (const name of table.none) expect([name, inferGoal(name)]).toEqual([name, undefined]);
});
