import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMATS, type Format, SIZES, type Size } from '../../../shared/contract/limits.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import { compileAssembly } from '../../../workers/build/assembly.ts';
import { createPictureTools } from '../../../workers/edge/finish.ts';
import type { Checksum } from '../../../workers/pipeline/cache/kv.ts';
import type { Finish } from '../../../workers/pipeline/generator/edge.ts';

const EDGE = 64;

let dir: string;
let module: WebAssembly.Module;
let finish: Finish;
let checksum: Checksum;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restgan-picture-'));
  const file = pathToFileURL(join(dir, 'picture.wasm'));
  await compileAssembly('picture', file);
  module = new WebAssembly.Module(await readFile(file));
  ({ finish, checksum } = createPictureTools(module));
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

const asked = (size: Size, format: Format): PictureRequest => ({
  model: 'm',
  tokens: [1],
  lab: null,
  seed: 1,
  size,
  format,
  stage: 'draft',
});
const finished = (rgb: Uint8Array, size: Size, format: Format) => finish(rgb, asked(size, format));
const libwebp = (pixels: Uint8Array, edge: Size) =>
  sharp(pixels, { raw: { width: edge, height: edge, channels: 3 } })
    .webp({ quality: 85, effort: 2 })
    .toBuffer();
const decoded = async (file: Uint8Array) => sharp(file).removeAlpha().raw().toBuffer();

/** Any bytes: noise, which nothing compresses. */
const noise = fc
  .uint8Array({ minLength: 97, maxLength: 97 })
  .map((some) =>
    Uint8Array.from({ length: EDGE * EDGE * 3 }, (_, at) => ((some[at % 97] ?? 0) * (at | 1)) >> 3),
  );
/** Something like a garment: a soft shape of one colour with folds, on white. */
const shape = fc
  .record({
    color: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    left: fc.integer({ min: 8, max: 28 }),
    folds: fc.integer({ min: 2, max: 12 }),
  })
  .map(({ color, left, folds }) =>
    Uint8Array.from({ length: EDGE * EDGE * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % EDGE, Math.floor(at / 3 / EDGE)];
      const alpha = 1 / (1 + Math.exp(Math.abs(x - 32) - (32 - left) + y / 16));
      const shade = 1 + 0.15 * Math.sin((x * folds) / 10 + y / 9);
      return Math.min(255, Math.max(0, (color[at % 3] ?? 0) * shade * alpha + 255 * (1 - alpha)));
    }),
  );
/** Black and white, hard edges. */
const harsh = noise.map((bytes) => bytes.map((byte) => (byte > 127 ? 255 : 0)));
const picture = fc.oneof(noise, shape, harsh);
const size = fc.constantFrom(...SIZES);

/** Value of the picture at a pixel of the enlarged one, straight from Keys' formula. */
function reference(rgb: Uint8Array, x: number, y: number, channel: number, times: number): number {
  const kernel = (distance: number): number => {
    const d = Math.abs(distance);
    if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
    return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
  };
  const [u, v] = [(x + 0.5) / times - 0.5, (y + 0.5) / times - 0.5];
  const clamp = (at: number): number => Math.min(EDGE - 1, Math.max(0, at));
  let sum = 0;
  for (let j = Math.floor(v) - 1; j < Math.floor(v) + 3; j += 1) {
    for (let i = Math.floor(u) - 1; i < Math.floor(u) + 3; i += 1) {
      sum += kernel(u - i) * kernel(v - j) * (rgb[(clamp(j) * EDGE + clamp(i)) * 3 + channel] ?? 0);
    }
  }
  return Math.round(Math.min(255, Math.max(0, sum)));
}

const psnr = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 ** 2 * a.length) / sum);
};

describe('a PNG', () => {
  it('holds the picture enlarged by Catmull-Rom', async () => {
    await fc.assert(
      fc.asyncProperty(picture, size, fc.infiniteStream(fc.nat(1_000_000)), async (rgb, edge, picks) => {
        const pixels = await decoded(await finished(rgb, edge, 'png'));
        expect(pixels.length).toBe(edge * edge * 3);
        for (const pick of picks.take(200)) {
          const at = pick % pixels.length;
          const [x, y] = [Math.floor(at / 3) % edge, Math.floor(at / 3 / edge)];
          const expected = reference(rgb, x, y, at % 3, edge / EDGE);
          expect(Math.abs((pixels[at] ?? -9) - expected)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('keeps the picture itself at its own size, and a flat colour at any', async () => {
    await fc.assert(
      fc.asyncProperty(picture, async (rgb) => {
        expect(new Uint8Array(await decoded(await finished(rgb, 64, 'png')))).toEqual(rgb);
      }),
      { numRuns: 10 },
    );
    const flat = Uint8Array.from({ length: EDGE * EDGE * 3 }, (_, at) => [123, 31, 43][at % 3] ?? 0);
    const pixels = await decoded(await finished(flat, 256, 'png'));
    expect(pixels.every((value, at) => value === [123, 31, 43][at % 3])).toBe(true);
  });
});

describe('a WebP', () => {
  it('is one to libwebp, whatever the picture', async () => {
    await fc.assert(
      fc.asyncProperty(picture, size, async (rgb, edge) => {
        const file = await finished(rgb, edge, 'webp');
        expect(new DataView(file.buffer).getUint32(4, true) + 8).toBe(file.length);
        expect(await sharp(file).metadata()).toMatchObject({ format: 'webp', width: edge, height: edge });
        // A fault in the arithmetic code, or of a prediction, would spread over all that follows.
        const pixels = await decoded(await finished(rgb, edge, 'png'));
        const theirs = await libwebp(pixels, edge);
        expect(psnr(await decoded(file), pixels)).toBeGreaterThan(psnr(await decoded(theirs), pixels) - 6);
      }),
      { numRuns: 20 },
    );
  });

  it('of garments is as good as libwebp’s at quality 85 within 1 dB, for half as many bytes again at most', async () => {
    const apart: number[] = [];
    const room: number[] = [];
    for (const rgb of fc.sample(shape, { numRuns: 8, seed: 5 })) {
      for (const edge of SIZES) {
        const pixels = await decoded(await finished(rgb, edge, 'png'));
        const theirs = await libwebp(pixels, edge);
        const own = await finished(rgb, edge, 'webp');
        apart.push(psnr(await decoded(theirs), pixels) - psnr(await decoded(own), pixels));
        room.push(own.length / theirs.length);
      }
    }
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(apart)).toBeLessThan(1);
    expect(mean(room)).toBeLessThan(1.5);
  });
});

it('files of many requests at once are those of one after another', async () => {
  const pictures = fc.sample(picture, 6).flatMap((rgb) => FORMATS.map((format) => ({ rgb, format })));
  const together = await Promise.all(pictures.map(({ rgb, format }) => finished(rgb, 128, format)));
  const fresh = createPictureTools(module).finish;
  for (const [at, { rgb, format }] of pictures.entries()) {
    expect(await fresh(rgb, asked(128, format))).toEqual(together[at]);
  }
});

describe('the checksum', () => {
  /** Vectors of the specification's own implementation. */
  it.each([
    ['', 0x02cc5d05],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('of “%s” is XXH32', (text, sum) => {
    expect(checksum(new TextEncoder().encode(text))).toBe(sum);
  });

  it('tells any byte that differs, in pictures of any length', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 262_140, max: 700_000 }));
    fc.assert(
      fc.property(length, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, where, change) => {
        const picture = Uint8Array.from({ length: bytes }, (_, at) => (at * at) >> 3);
        const sum = checksum(picture);
        expect(checksum(picture)).toBe(sum);
        const at = where % bytes;
        picture[at] = (picture[at] ?? 0) ^ change;
        expect(checksum(picture)).not.toBe(sum);
      }),
      { numRuns: 40 },
    );
  });
});
