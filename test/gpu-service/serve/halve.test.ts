import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halve } from '../../../gpu-service/serve/halve.ts';

describe('halve', () => {
  it('is the mean of 2×2 pixels, channel by channel, halves up', () => {
    const rgb = Uint8Array.from([0, 10, 255, 1, 10, 255, 1, 20, 255, 0, 20, 254]);
    expect([...halve(rgb, 2)]).toEqual([1, 15, 255]);
  });

  it('keeps flat colours and stays between the darkest and the lightest', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), (rgb) => {
        const half = halve(rgb, 4);
        expect(half).toHaveLength(12);
        expect(Math.min(...half)).toBeGreaterThanOrEqual(Math.min(...rgb));
        expect(Math.max(...half)).toBeLessThanOrEqual(Math.max(...rgb));
        expect(halve(new Uint8Array(48).fill(rgb[0] ?? 0), 4)).toEqual(new Uint8Array(12).fill(rgb[0] ?? 0));
      }),
    );
  });
});
