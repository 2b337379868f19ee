import { describe, expect, it } from 'vitest';
import { groundColor } from '../../../gpu-service/serve/ground-color.ts';
import { deltaE, rgb8ToLab } from '../../../shared/color/index.ts';

type Rgb = readonly [number, number, number];
const WINE: Rgb = [123, 31, 43];
const EDGE = 64;

/** A 40×48 garment on white, painted by place. */
const garment = (paint: (x: number, y: number) => Rgb): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: EDGE * EDGE }, (_, at) => {
      const [x, y] = [at % EDGE, Math.floor(at / EDGE)];
      const inside = x >= 12 && x < 52 && y >= 8 && y < 56;
      return inside ? paint(x, y) : ([255, 255, 255] as const);
    }).flat(),
  );

describe('the colour of a garment’s ground', () => {
  it('is its colour where it is plain', () => {
    expect(
      deltaE(
        groundColor(
          garment(() => WINE),
          EDGE,
        ),
        rgb8ToLab(WINE),
      ),
    ).toBeLessThan(0.01);
  });

  it('is the ground’s under stripes, not the mean of both', () => {
    const striped = garment((x) => (x % 4 === 0 ? [240, 240, 240] : WINE));
    expect(deltaE(groundColor(striped, EDGE), rgb8ToLab(WINE))).toBeLessThan(1);
  });

  it('is told of a picture that shows nothing, too', () => {
    const white = new Uint8Array(EDGE * EDGE * 3).fill(255);
    expect(deltaE(groundColor(white, EDGE), [100, 0, 0])).toBeLessThan(0.1);
  });
});
