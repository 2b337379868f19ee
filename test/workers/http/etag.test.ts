import { expect, it } from 'vitest';
import { etagOf, isKnown } from '../../../workers/http/etag.ts';

it('is weak, equal for equal keys and another for others', async () => {
  expect(await etagOf('a')).toMatch(/^W\/"[0-9a-f]{24}"$/);
  expect(await etagOf('a')).toBe(await etagOf('a'));
  expect(await etagOf('a')).not.toBe(await etagOf('b'));
});

it.each([
  ['W/"a"', true],
  ['"a"', true],
  ['"b", W/"a"', true],
  ['"b"', false],
  ['a', false],
  ['*', false],
  ['', false],
  [undefined, false],
])('If-None-Match: %s', (header, known) => {
  expect(isKnown('W/"a"', header)).toBe(known);
});
