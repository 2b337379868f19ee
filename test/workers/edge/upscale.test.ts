import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { upscale } from '../../../workers/edge/upscale.ts';

const EDGE = 6;
const picture = fc.uint8Array({ minLength: EDGE * EDGE * 3, maxLength: EDGE * EDGE * 3 });
const factor = fc.constantFrom(2, 4);

/** Value of the picture at x, y (pixel units of the target, clamped to the source), straight from Keys' formula. */
function reference(rgb: Uint8Array, x: number, y: number, channel: number, times: number): number {
  const kernel = (distance: number): number => {
    const d = Math.abs(distance);
    if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
    return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
  };
  const [u, v] = [(x + 0.5) / times - 0.5, (y + 0.5) / times - 0.5];
  const clamp = (at: number): number => Math.min(EDGE - 1, Math.max(0, at));
  let sum = 0;
  for (let j = -3; j < EDGE + 3; j += 1) {
    for (let i = -3; i < EDGE + 3; i += 1) {
      sum += kernel(u - i) * kernel(v - j) * (rgb[(clamp(j) * EDGE + clamp(i)) * 3 + channel] ?? 0);
    }
  }
  return Math.round(Math.min(255, Math.max(0, sum)));
}

describe('upscale', () => {
  it('is Catmull-Rom', () => {
    fc.assert(
      fc.property(picture, factor, fc.nat(1_000), (rgb, times, pick) => {
        const size = EDGE * times;
        const at = pick % (size * size);
        const [x, y] = [at % size, Math.floor(at / size)];
        const large = upscale(rgb, EDGE, times);
        for (const channel of [0, 1, 2]) {
          const found = large[at * 3 + channel] ?? -1;
          expect(Math.abs(found - reference(rgb, x, y, channel, times))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a flat colour, and the picture itself at its own size', () => {
    const flat = Uint8Array.from({ length: EDGE * EDGE * 3 }, (_, at) => [123, 31, 43][at % 3] ?? 0);
    const large = upscale(flat, EDGE, 4);
    expect(large.length).toBe(flat.length * 16);
    expect(large.every((value, at) => value === [123, 31, 43][at % 3])).toBe(true);
    expect(upscale(flat, EDGE, 1)).toEqual(flat);
  });
});
