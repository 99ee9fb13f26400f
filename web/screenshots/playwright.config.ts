import { defineConfig } from '@playwright/test';
import common from '../playwright.config';

export default defineConfig(common, {
  testDir: '.',
  testMatch: 'screenshots.ts',
  outputDir: '../test-results/screenshots',
  workers: 1,
  timeout: 600_000,
  reporter: [['list']],
  use: { viewport: { width: 1440, height: 900 }, screenshot: 'off', trace: 'off' },
});
