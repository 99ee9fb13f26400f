import { expect, it } from 'vitest';
import { pathWithin } from './SignInPage';

it.each([
  [undefined, '/'],
  ['/buckets?prefix=a', '/buckets?prefix=a'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
])('after signing in, %j leads to %s', (asked, path) => expect(pathWithin(asked)).toBe(path));
