import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaE, inGamut, lookupColor, shadeForSeed } from '../../../shared/color/index.ts';
import { BASIC_WORDS } from '../../../shared/color/shade.ts';
import { allEntries } from '../../../shared/color/table.ts';
import { MAX_SEED } from '../../../shared/contract/limits.ts';

const seed = fc.integer({ min: 0, max: MAX_SEED });
const mention = fc
  .constantFrom(...allEntries().map((entry) => entry.name))
  .map((name) => lookupColor(name))
  .filter((color) => color !== null);
/** How far a shade may be from its colour, ΔE00. */
const BOUND = 6.01;

describe('shadeForSeed', () => {
  it('stays near the colour, displayable and the same for the same seed', () => {
    fc.assert(
      fc.property(mention, seed, (color, at) => {
        const shade = shadeForSeed(color, at);
        expect(deltaE(shade, color.lab)).toBeLessThanOrEqual(BOUND);
        expect(inGamut(shade)).toBe(true);
        expect(shadeForSeed({ ...color }, at)).toEqual(shade);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['black', 'blue', 'red', 'green', 'navy', 'beige'])('%s has several shades', (word) => {
    const color = lookupColor(word);
    const shades = new Set(Array.from({ length: 40 }, (_, at) => color && shadeForSeed(color, at).join()));
    expect(shades.size).toBeGreaterThan(4);
  });

  it.each(['#7b1f2b', '#000', 'dark blue', 'dusty rose', 'light mustard', 'cerulean', 'tomato'])(
    '%s is exact',
    (word) => {
      const color = lookupColor(word);
      expect(color).not.toBeNull();
      for (let at = 0; at < 20; at++) expect(color && shadeForSeed(color, at)).toEqual(color?.lab);
    },
  );

  it('knows every basic word as a colour under that name', () => {
    for (const word of BASIC_WORDS) expect(lookupColor(word)?.name).toBe(word);
  });

  it('gives the shades it gave when the table was made: stored pictures rest on them', () => {
    const shades = ['green', 'navy'].map((word) => {
      const color = lookupColor(word);
      return color && [0, 7, MAX_SEED].map((at) => shadeForSeed(color, at));
    });
    expect(shades).toMatchInlineSnapshot(`
      [
        [
          [
            48.34,
            -31.35,
            19.63,
          ],
          [
            47.1,
            -29.67,
            18.58,
          ],
          [
            45.23,
            -33.33,
            20.87,
          ],
        ],
        [
          [
            13.24,
            6.17,
            -20.91,
          ],
          [
            12.76,
            6.12,
            -20.75,
          ],
          [
            13.97,
            5.46,
            -18.5,
          ],
        ],
      ]
    `);
  });
});
