import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SEED, MAX_QUERY_CHARS, MAX_SEED } from '../../../shared/contract/limits.ts';
import { addressOf, lookBeside, readAddress } from '../../../workers/page/src/address.ts';

describe('the address of the page', () => {
  it('says again what it was made of', () => {
    const query = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => text.trim().slice(0, MAX_QUERY_CHARS));
    fc.assert(
      fc.property(query, fc.integer({ min: 0, max: MAX_SEED }), (text, seed) => {
        const wish = { query: text, seed };
        expect(readAddress(new URL(addressOf(wish), 'https://shop.example').search)).toEqual(wish);
      }),
    );
  });

  it.each(['', '?seed=', '?seed=-1', '?seed=1e3', '?seed=4294967296', '?seed=x'])(
    '%j has the default look',
    (search) => {
      expect(readAddress(search)).toEqual({ query: null, seed: DEFAULT_SEED });
    },
  );

  it('looks come round', () => {
    expect(lookBeside(MAX_SEED, 1)).toBe(0);
    expect(lookBeside(0, -1)).toBe(MAX_SEED);
    expect(lookBeside(lookBeside(7, 1), -1)).toBe(7);
  });
});
