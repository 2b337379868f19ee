import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaE, inGamut, labToRgb8, rgb8ToLab, toGamut } from '../../../shared/color/index.ts';
import { labToLch, roundLab } from '../../../shared/color/lab.ts';
import type { Lab } from '../../../shared/contract/picture.ts';

const byte = fc.integer({ min: 0, max: 255 });
const rgb = fc.tuple(byte, byte, byte);
const axis = fc.double({ min: -128, max: 128, noNaN: true });
const lab: fc.Arbitrary<Lab> = fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), axis, axis);

describe('sRGB and Lab under D65', () => {
  it('puts white, black and the red primary where IEC 61966-2-1 and CIE 015 put them', () => {
    expect(rgb8ToLab([255, 255, 255])).toEqual([100, 0, 0]);
    expect(rgb8ToLab([0, 0, 0])).toEqual([0, 0, 0]);
    const [L, a, b] = rgb8ToLab([255, 0, 0]);
    expect(L).toBeCloseTo(53.24, 1);
    expect(a).toBeCloseTo(80.09, 1);
    expect(b).toBeCloseTo(67.2, 1);
  });

  it('gives every byte colour back, also from Lab rounded as in the preview key', () => {
    fc.assert(
      fc.property(rgb, (color) => {
        expect(labToRgb8(rgb8ToLab(color))).toEqual(color);
        expect(labToRgb8(roundLab(rgb8ToLab(color)))).toEqual(color);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('toGamut', () => {
  it('reaches a displayable colour of the same lightness and hue, and never more chroma', () => {
    fc.assert(
      fc.property(lab, (color) => {
        const mapped = toGamut(color);
        expect(inGamut(mapped)).toBe(true);
        expect(mapped[0]).toBe(color[0]);
        const [, C, h] = labToLch(color);
        const [, newC, newH] = labToLch(mapped);
        expect(newC).toBeLessThanOrEqual(C + 1e-9);
        if (newC > 1e-6) expect(Math.cos(newH - h)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('leaves what a display can show alone', () => {
    fc.assert(
      fc.property(rgb, (color) => {
        const shown = rgb8ToLab(color);
        expect(toGamut(shown)).toEqual(shown);
      }),
    );
  });
});

describe('deltaE (CIEDE2000)', () => {
  // Sharma, Wu and Dalal 2005, table 1: pairs 1-4, 7, 9, 11, 16-20, 25, 33, 34.
  const PAIRS: readonly (readonly [Lab, Lab, number])[] = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 3.1571, -77.2803], [50, 0, -82.7485], 2.8615],
    [[50, 2.8361, -74.02], [50, 0, -82.7485], 3.4412],
    [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
    [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
    [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[50, 2.5, 0], [61, -5, 29], 22.8977],
    [[50, 2.5, 0], [56, -27, -3], 31.903],
    [[50, 2.5, 0], [58, 24, 15], 19.4535],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[6.7747, -0.2908, -2.4247], [5.8714, -0.0985, -2.2286], 0.6377],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];

  it.each(PAIRS)('%j and %j differ by %d', (one, other, expected) => {
    expect(deltaE(one, other)).toBeCloseTo(expected, 4);
  });

  it('is symmetric, never negative, and zero for equal colours', () => {
    fc.assert(
      fc.property(lab, lab, (one, other) => {
        expect(deltaE(one, other)).toBeCloseTo(deltaE(other, one), 6);
        expect(deltaE(one, other)).toBeGreaterThanOrEqual(0);
        expect(deltaE(one, one)).toBe(0);
      }),
    );
  });
});
