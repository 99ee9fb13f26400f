// Fails when what a first visit must load (the entry and its static imports) is more JavaScript than the budget.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 200 * 1024;

const out = process.env.ANABRANCH_WEB_OUT ?? '../build/web';
const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8'));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);

const seen = new Set();
const visit = (key) => {
  if (seen.has(key)) return;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) visit(next);
};
visit(entry);

const files = [...seen].map((key) => manifest[key].file);
const sizes = files.map((file) => [file, gzipSync(readFileSync(join(out, file)), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
const kib = (size) => `${(size / 1024).toFixed(1)} KiB`;
if (total > BUDGET_BYTES) {
  for (const [file, size] of sizes.sort((a, b) => b[1] - a[1]))
    console.error(`${kib(size).padStart(11)}  ${file}`);
  console.error(`web: the first load is ${kib(total)} of JavaScript (gzip), more than ${kib(BUDGET_BYTES)}`);
  process.exit(1);
}
if (process.argv.includes('--print')) console.log(`web: first load ${kib(total)} of ${kib(BUDGET_BYTES)}`);
