import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SEED } from '../../../shared/contract/limits.ts';
import { LATENT_LENGTH, latentForSeed } from '../../../shared/model/latent.ts';
import golden from './latent-golden.json' with { type: 'json' };

describe('latentForSeed', () => {
  it.each(golden)('gives the golden values of seed $seed', ({ seed, first, last }) => {
    const latent = latentForSeed(seed);
    expect([...latent.slice(0, first.length)]).toEqual(first);
    expect([...latent.slice(-last.length)]).toEqual(last);
  });

  it('is a function of the seed: 96 finite values within ±6, equal on every call', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_SEED }), (seed) => {
        const latent = latentForSeed(seed);
        expect(latent).toHaveLength(LATENT_LENGTH);
        expect(latent.every((value) => Math.abs(value) <= 6)).toBe(true);
        expect(latentForSeed(seed)).toEqual(latent);
      }),
    );
  });

  it('is about standard normal, and neighbouring seeds have nothing in common', () => {
    const latents = Array.from({ length: 1001 }, (_, seed) => latentForSeed(seed));
    let sum = 0;
    let squares = 0;
    let products = 0;
    let count = 0;
    for (let seed = 0; seed < 1000; seed += 1) {
      const next = latents[seed + 1];
      latents[seed]?.forEach((value, i) => {
        sum += value;
        squares += value * value;
        products += value * (next?.[i] ?? Number.NaN);
        count += 1;
      });
    }
    expect(Math.abs(sum / count)).toBeLessThan(0.02);
    expect(Math.abs(squares / count - 1)).toBeLessThan(0.02);
    expect(Math.abs(products / count)).toBeLessThan(0.02);
  });
});
