import { expect, test } from 'vitest';
import { outputPlaces } from './outputs';

const usual = ['artifacts/', 'config/', 'metrics/', 'logs/', '.anabranch/'];

test('the places of a run are those of every run and its own, none twice', () => {
  expect(outputPlaces(undefined)).toEqual(usual);
  expect(outputPlaces('["checkpoints/", "model.pkl"]')).toEqual([...usual, 'checkpoints', 'model.pkl']);
  expect(outputPlaces('["artifacts/best", "logs", "./a/b", "a/", "a"]')).toEqual([...usual, 'a']);
  expect(outputPlaces('["art"]')).toEqual([...usual, 'art']);
});

test('what is no list of places adds none', () => {
  for (const text of ['', '{', '"a"', '[1, null]', '[""]', '["/"]'])
    expect(outputPlaces(text)).toEqual(usual);
});
