import { expect, it } from 'vitest';
import { previewKey } from '../../../shared/contract/picture.ts';
import { etagOf, isKnown } from '../../../workers/http/etag.ts';

it('is weak, and a list of one (RFC 9110, section 8.8.3) for any key', () => {
  const picture = { model: 'r1-00000000', tokens: [4, 9, 1], seed: 7, size: 256, format: 'webp' } as const;
  for (const lab of [null, [100, -128, 127.5] as const]) {
    const etag = etagOf(previewKey({ ...picture, lab, stage: 'final' }));
    expect(etag).toMatch(/^W\/"[\x21\x23-\x2b\x2d-\x7e]+"$/);
    expect(isKnown(etag, etag)).toBe(true);
  }
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
