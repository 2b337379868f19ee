import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../gpu-service/serve/encode.ts';
import { SIZES } from '../../../shared/contract/limits.ts';

const flat = (size: number, color: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: size * size * 3 }, (_, i) => color[i % 3] ?? 0);

describe('encode', () => {
  it.each(SIZES)('PNG of %d px gives every byte back, in its place', async (size) => {
    const rgb = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 7 + (i >> 8)) % 256);
    const decoded = await sharp(await encode(rgb, size, 'png'))
      .raw()
      .toBuffer();
    expect(Buffer.compare(decoded, rgb)).toBe(0);
  });

  it('WebP keeps a flat colour within 6 of 255', async () => {
    const byte = fc.integer({ min: 0, max: 255 });
    await fc.assert(
      fc.asyncProperty(fc.tuple(byte, byte, byte), async (color) => {
        const decoded = await sharp(await encode(flat(64, color), 64, 'webp'))
          .raw()
          .toBuffer();
        const worst = decoded.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (color[i % 3] ?? 0))),
          0,
        );
        expect(worst).toBeLessThanOrEqual(6);
      }),
      { numRuns: 30 },
    );
  });

  it('gives no metadata away: no ICC profile, no EXIF', async () => {
    for (const format of ['png', 'webp'] as const) {
      const { icc, exif, hasAlpha } = await sharp(await encode(flat(64, [9, 9, 9]), 64, format)).metadata();
      expect([icc, exif, hasAlpha]).toEqual([undefined, undefined, false]);
    }
  });
});
