// The layers: app → features → widgets → ui, api. What a layer may not import is listed with it, so that a wrong
// import fails here and not in a review. Prettier does the formatting; nothing here is about looks.
import query from '@tanstack/eslint-plugin-query';
import hooks from 'eslint-plugin-react-hooks';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const src = fileURLToPath(new URL('./src/', import.meta.url));
const features = readdirSync(`${src}features`);

/** Each layer, from `src/`, may not import the layers named after it. */
const forbidden = {
  api: ['app', 'features', 'widgets', 'ui'],
  ui: ['app', 'features', 'widgets', 'api'],
  widgets: ['app', 'features'],
  features: ['app'],
};

const layer = (files, banned, message) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(\\.\\./)+(${banned.join('|')})(/|$)`, message }] },
    ],
  },
});

const network = ['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket'].map((name) => ({
  name,
  message: 'Only src/api talks to the server: add a query or a call there.',
}));

export default tseslint.config(
  { ignores: ['node_modules', 'src/api/schema.d.ts', 'test-results', 'scripts', 'src/app/color-scheme.js'] },
  ...tseslint.configs.strictTypeChecked,
  ...query.configs['flat/recommended'],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Event handlers may be async: their errors reach the mutation they start.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  { files: ['src/**/*.{ts,tsx}'], rules: { 'no-restricted-globals': ['error', ...network] } },
  { files: ['src/api/**'], rules: { 'no-restricted-globals': 'off' } },
  // Playwright hands fixtures to a function called `use`.
  { files: ['e2e/**'], rules: { 'react-hooks/rules-of-hooks': 'off' } },
  layer(['src/api/**'], forbidden.api, 'api imports no other layer.'),
  layer(['src/ui/**'], forbidden.ui, 'ui imports no other layer: data comes in by props.'),
  layer(['src/widgets/**'], forbidden.widgets, 'widgets import ui and api only.'),
  ...features.map((name) =>
    layer(
      [`src/features/${name}/**`],
      [...forbidden.features, 'features', ...features.filter((other) => other !== name)],
      'A feature imports widgets, ui and api: never the app, never another feature.',
    ),
  ),
  { files: ['*.config.*', 'eslint.config.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
