import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inGamut } from '../../../shared/color/index.ts';
import { labToLch, rgb8ToLab } from '../../../shared/color/lab.ts';
import { modify, SHADINGS, TINTS } from '../../../shared/color/modifiers.ts';
import type { Lab } from '../../../shared/contract/picture.ts';

const ALL = [...SHADINGS, ...TINTS];
const byte = fc.integer({ min: 0, max: 255 });
const shown: fc.Arbitrary<Lab> = fc.tuple(byte, byte, byte).map(rgb8ToLab);

const say = (word: string, lab: Lab): Lab => {
  const modifier = ALL.find(({ words }) => words.includes(word));
  if (modifier === undefined) throw new Error(`no modifier ${word}`);
  return modify(modifier, lab);
};
const chroma = (lab: Lab): number => labToLch(lab)[1];
/** Half a step of the rounding to 0.01, and the slack of the gamut. */
const SLACK = 0.02;

describe('modifiers', () => {
  it('keep every displayable colour displayable', () => {
    fc.assert(fc.property(fc.constantFrom(...ALL), shown, (modifier, lab) => inGamut(modify(modifier, lab))));
  });

  it('dark and deep lower the lightness of all but black', () => {
    fc.assert(
      fc.property(shown, fc.constantFrom('dark', 'deep'), (lab, word) => {
        if (lab[0] > 1) expect(say(word, lab)[0]).toBeLessThan(lab[0]);
      }),
    );
  });

  it('light, pale, pastel and soft raise the lightness of all but the lightest, pale more than light', () => {
    fc.assert(
      fc.property(shown, (lab) => {
        if (lab[0] > 85) return;
        for (const word of ['light', 'pale', 'pastel', 'soft'])
          expect(say(word, lab)[0]).toBeGreaterThan(lab[0]);
        expect(say('pale', lab)[0]).toBeGreaterThan(say('light', lab)[0]);
      }),
    );
  });

  it('pale, soft, dusty and pastel lower the chroma; none of the shadings makes a grey a colour', () => {
    fc.assert(
      fc.property(shown, byte, (lab, level) => {
        for (const word of ['pale', 'soft', 'dusty', 'pastel'])
          expect(chroma(say(word, lab))).toBeLessThanOrEqual(chroma(lab) + SLACK);
        const grey = rgb8ToLab([level, level, level]);
        for (const modifier of SHADINGS) expect(chroma(modify(modifier, grey))).toBeLessThanOrEqual(SLACK);
      }),
    );
  });

  it('medium says the colour itself', () => {
    fc.assert(
      fc.property(shown, (lab) =>
        say('medium', lab).every((value, at) => Math.abs(value - (lab[at] ?? 0)) <= SLACK),
      ),
    );
  });

  it('a lightened blue stays blue: it does not turn purple as Lab would have it', () => {
    const [, , h] = labToLch(say('light', rgb8ToLab([0, 0, 160])));
    expect(((h * 180) / Math.PI + 360) % 360).toBeLessThan(295);
  });

  it('have one meaning a word', () => {
    const words = ALL.flatMap((modifier) => modifier.words);
    expect(new Set(words).size).toBe(words.length);
  });
});
