// Writes src/api/schema.d.ts from the OpenAPI file: paths, parameters and answers, with the file's descriptions.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../api/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

const text = `// Generated from api/openapi.json by scripts/generate-types.mjs: do not edit.\n${astToString(await openapiTS(source))}`;
let present;
try {
  present = readFileSync(target, 'utf8');
} catch {
  // The first time there is none.
}
// An unchanged file keeps its time, so that nothing is built again.
if (present !== text) writeFileSync(target, text);
