import { defineConfig } from '@playwright/test';
import base from '../playwright.config';

export default defineConfig({
  ...base,
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../test-results',
  workers: 1,
  timeout: 3_600_000,
  reporter: [['line']],
  use: { ...base.use, trace: 'off', screenshot: 'off', viewport: { width: 1440, height: 900 } },
});
