import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { MAX_TOKENS } from '../../../shared/contract/limits.ts';
import type { Lab } from '../../../shared/contract/picture.ts';
import { modelInputs } from '../../../shared/model/inputs.ts';

const [PANTS, SHORTS, WOMEN, MEN] = [1, 3, 4, 5] as const;
const PATTERNS = { striped: 49, checked: 50, printed: 51, 'side stripe': 36 };
const GROUNDS: Lab[] = [
  [16, 3, -18],
  [45, 0, 0],
  [42, 60, 35],
  [78, 6, 60],
];
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1);

const options = { executionProviders: ['cpu'], intraOpNumThreads: 1 };
const open = (file: string): Promise<InferenceSession> =>
  InferenceSession.create(new URL(`../../../shared/model/${file}`, import.meta.url).pathname, options);
const [small, large] = await Promise.all([open('stage1.onnx'), open('restgan.onnx')]);

/** sRGB on white, one picture a seed. */
async function drawn(words: readonly number[], color: Lab, seeds: readonly number[], edge: 64 | 256) {
  const tokens = [...words, ...Array<number>(MAX_TOKENS - words.length).fill(0)];
  const inputs = modelInputs(seeds.map((seed) => ({ tokens, lab: color, seed })));
  const made = await (edge === 64 ? small : large).run({
    tokens: new Tensor('int32', inputs.tokens, [seeds.length, MAX_TOKENS]),
    latent: new Tensor('float32', inputs.latent, [seeds.length, inputs.latent.length / seeds.length]),
    color: new Tensor('float32', inputs.color, [seeds.length, 4]),
  });
  const bytes = made[edge === 64 ? 'image' : 'image256']?.data as Uint8Array;
  const size = edge * edge * 3;
  return seeds.map((_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** Of each pixel by how much two pictures differ, the mean of three channels. */
function apart(one: Uint8Array, two: Uint8Array): number[] {
  return Array.from({ length: one.length / 3 }, (_, pixel) => {
    const channel = (c: number): number => Math.abs((one[pixel * 3 + c] ?? 0) - (two[pixel * 3 + c] ?? 0));
    return (channel(0) + channel(1) + channel(2)) / 3;
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const isGround = (picture: Uint8Array, pixel: number): boolean =>
  [0, 1, 2].every((c) => (picture[pixel * 3 + c] ?? 0) >= 254);

describe.each(Object.entries(PATTERNS))('a %s garment', (_, word) => {
  it.each([64, 256] as const)(
    'shows it at %i px, on whatever ground, and leaves all around it alone',
    async (edge) => {
      const seeds = edge === 64 ? SEEDS : SEEDS.slice(0, 2);
      for (const color of GROUNDS) {
        const plain = await drawn([WOMEN, PANTS], color, seeds, edge);
        const worn = await drawn([WOMEN, PANTS, word], color, seeds, edge);
        for (const [i, picture] of plain.entries()) {
          const differ = apart(picture, worn[i] ?? picture);
          const on = differ.filter((_each, pixel) => !isGround(picture, pixel));
          const around = differ.filter((_each, pixel) => isGround(picture, pixel));
          expect(mean(on)).toBeGreaterThan(1);
          expect(on.filter((value) => value > 6).length / on.length).toBeGreaterThan(0.03);
          expect(Math.max(...around)).toBeLessThanOrEqual(4);
        }
      }
    },
  );

  it('is the same wherever in the title the word stands', async () => {
    const [color = [0, 0, 0]] = GROUNDS;
    const last = await drawn([SHORTS, MEN, word], color, SEEDS, 64);
    expect(await drawn([word, SHORTS, MEN], color, SEEDS, 64)).toEqual(last);
  });
});

it('stripes run down or across: lines of pixels share what they differ by', async () => {
  const [color = [0, 0, 0]] = GROUNDS;
  const plain = await drawn([SHORTS], color, SEEDS, 64);
  const worn = await drawn([SHORTS, PATTERNS.striped], color, SEEDS, 64);
  for (const [i, picture] of plain.entries()) {
    const differ = apart(picture, worn[i] ?? picture);
    // The middle of a leg, where there is neither a seam nor an edge.
    const rows = Array.from({ length: 20 }, (_r, y) => differ.slice((26 + y) * 64 + 12, (26 + y) * 64 + 26));
    const columns = Array.from({ length: 14 }, (_c, x) => rows.map((row) => row[x] ?? 0));
    const all = rows.flat();
    const spread = mean(all.map((value) => (value - mean(all)) ** 2));
    const shared = (lines: number[][]): number =>
      mean(lines.map((line) => (mean(line) - mean(all)) ** 2)) / spread;
    expect(Math.max(shared(rows), shared(columns))).toBeGreaterThan(0.5);
  }
});

it.each([
  ['boys', 7, 0.035],
  ['kids', 8, 0.06],
])('plain drawstring shorts for %s have no spots, whatever the seed', async (_, whose, most) => {
  const DRAWSTRING = 27;
  const [navy = [0, 0, 0]] = GROUNDS;
  const seeds = Array.from({ length: 48 }, (_seed, at) => at + 1);
  for (const picture of await drawn([whose, SHORTS, DRAWSTRING], navy, seeds, 64)) {
    // Under the waistband, and so far from the outline that no white shines through: what is left is the cord.
    const cloth = Array.from({ length: 30 * 64 }, (_pixel, at) => 24 * 64 + at).filter((pixel) =>
      [-3, 0, 3].every((dx) => [-3, 0, 3].every((dy) => !isGround(picture, pixel + dx + 64 * dy))),
    );
    const light = cloth.filter((pixel) => (picture[pixel * 3 + 1] ?? 0) > 110);
    expect(light.length / cloth.length).toBeLessThanOrEqual(most);
  }
});

it('corduroy has ribs at 256 px, and nothing else has', async () => {
  const CORDUROY = 44;
  const [, color = [0, 0, 0]] = GROUNDS;
  /** How strong a wave of a rib's length runs across the thighs, in 1/255 of red. */
  const ribs = (picture: Uint8Array): number => {
    const wave = { sine: 0, cosine: 0 };
    const pixels = Array.from(
      { length: 60 * 72 },
      (_, at) => (100 + Math.floor(at / 72)) * 256 + 92 + (at % 72),
    );
    for (const pixel of pixels) {
      const turn = (2 * Math.PI * (pixel % 256)) / 3.6;
      wave.sine += (picture[pixel * 3] ?? 0) * Math.sin(turn);
      wave.cosine += (picture[pixel * 3] ?? 0) * Math.cos(turn);
    }
    return (2 * Math.hypot(wave.sine, wave.cosine)) / pixels.length;
  };
  const strength = async (...words: number[]): Promise<number[]> =>
    (await drawn(words, color, SEEDS.slice(0, 3), 256)).map(ribs);
  const weakest = Math.min(...(await strength(SHORTS, MEN, CORDUROY)));
  expect(weakest).toBeGreaterThan(3);
  // A fly is a line down the thighs' middle, and so has a little of every wave.
  expect(Math.max(...(await strength(SHORTS, MEN)))).toBeLessThan(weakest / 3);
});

it('a side stripe runs along the outline, and leaves the middle of a garment alone', async () => {
  const [color = [0, 0, 0]] = GROUNDS;
  const plain = await drawn([WOMEN, SHORTS], color, SEEDS, 64);
  const worn = await drawn([WOMEN, SHORTS, PATTERNS['side stripe']], color, SEEDS, 64);
  for (const [i, picture] of plain.entries()) {
    const differ = apart(picture, worn[i] ?? picture);
    for (let y = 26; y < 38; y += 1) {
      const row = differ.slice(y * 64, (y + 1) * 64);
      const cloth = row.filter((_, x) => !isGround(picture, y * 64 + x));
      const [first = [], last = [], middle] = [cloth.slice(0, 5), cloth.slice(-5), cloth.slice(8, -8)];
      expect(Math.max(...first)).toBeGreaterThan(6);
      expect(Math.max(...last)).toBeGreaterThan(6);
      expect(Math.max(...middle)).toBeLessThanOrEqual(2);
    }
  }
});
