import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** The server that `scripts/web.sh dev` shows its pages with: everything outside /ui/ is the server's. */
const server = process.env.ANABRANCH_URL ?? 'http://127.0.0.1:8000';

/** Gives the classic script of index.html, which Vite leaves alone, a hashed name under assets/. */
function colorSchemeScript(): Plugin {
  const path = 'src/app/color-scheme.js';
  let reference: string;
  return {
    name: 'anabranch:color-scheme-script',
    apply: 'build',
    buildStart() {
      reference = this.emitFile({
        type: 'asset',
        name: 'color-scheme.js',
        source: readFileSync(path, 'utf8'),
      });
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const html = bundle['index.html'];
        if (html?.type !== 'asset') throw new Error('index.html is not in the bundle');
        html.source = String(html.source).replace(`/${path}`, `/ui/${this.getFileName(reference)}`);
      },
    },
  };
}

export default defineConfig({
  base: '/ui/',
  plugins: [react(), colorSchemeScript()],
  build: {
    outDir: process.env.ANABRANCH_WEB_OUT ?? '../build/web',
    emptyOutDir: true,
    sourcemap: false,
    target: 'es2023',
    // The first versions with light-dark(), which theme.css is made of.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Data URIs are for images only in the Content-Security-Policy, and nothing here is small enough to gain by it.
    assetsInlineLimit: 0,
    manifest: '.vite/manifest.json',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '^/(?!ui/)': { target: server, changeOrigin: false } },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    css: false,
    restoreMocks: true,
  },
});
