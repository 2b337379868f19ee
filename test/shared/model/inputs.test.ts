import { describe, expect, it } from 'vitest';
import { modelInputs } from '../../../shared/model/inputs.ts';
import { latentForSeed } from '../../../shared/model/latent.ts';
import { COLOR_ID } from '../../../shared/query/vocabulary.ts';

describe('modelInputs', () => {
  const plain = { tokens: [1, 4, 16], lab: null, seed: 7 } as const;
  const wine = { tokens: [4, COLOR_ID, 1], lab: [30.5, 40, -2.25], seed: 8 } as const;

  it('lays a batch out row by row: padded tokens but the colour’s, the latent of the seed, Lab and its flag', () => {
    const { tokens, latent, color } = modelInputs([plain, wine]);
    expect([...tokens.slice(0, 16)]).toEqual([1, 4, 16, ...Array.from({ length: 13 }, () => 0)]);
    expect([...tokens.slice(16)]).toEqual([4, 1, ...Array.from({ length: 14 }, () => 0)]);
    expect(latent.slice(0, 96)).toEqual(latentForSeed(7));
    expect(latent.slice(96)).toEqual(latentForSeed(8));
    expect([...color]).toEqual([0, 0, 0, 0, 30.5, 40, -2.25, 1]);
  });

  it('tells black from no colour', () => {
    expect([...modelInputs([{ ...plain, lab: [0, 0, 0] }]).color]).toEqual([0, 0, 0, 1]);
  });

  it('is empty for an empty batch', () => {
    expect(modelInputs([]).tokens).toHaveLength(0);
  });
});
