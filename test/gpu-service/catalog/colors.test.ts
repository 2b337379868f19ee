import { describe, expect, it } from 'vitest';
import { clusterColors, LEAST_MEMBERS, nearest } from '../../../gpu-service/catalog/clusters.ts';
import { colorWords, MAX_SHADES } from '../../../gpu-service/catalog/color-words.ts';
import { labPlane } from '../../../gpu-service/catalog/image/lab.ts';
import { rgb8ToLab } from '../../../shared/color/index.ts';
import type { Lab } from '../../../shared/contract/picture.ts';

/** A blob of colours around a centre, without random numbers. */
const blob = (centre: Lab, count: number): Lab[] =>
  Array.from({ length: count }, (_, i) => [
    centre[0] + Math.sin(i * 1.7),
    centre[1] + Math.sin(i * 2.9),
    centre[2] + Math.sin(i * 4.3),
  ]);

describe('colour clusters', () => {
  const colors = [
    ...blob([20, 0, 0], 200),
    ...blob([50, 60, 40], 90),
    ...blob([40, 5, -40], 120),
    ...blob([80, 0, 70], 12),
  ];

  it('has at least 50 images in every cluster and reports the sweep', () => {
    const { centroids, k, sweep } = clusterColors(colors);
    expect(k).toBe(centroids.length);
    const sizes = centroids.map(
      (_, index) => colors.filter((color) => nearest(color, centroids) === index).length,
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(LEAST_MEMBERS);
    expect(sweep.length).toBeGreaterThan(3);
    expect(k).toBeGreaterThanOrEqual(3);
  });

  it('comes out the same whenever it is run', () => {
    expect(clusterColors(colors)).toEqual(clusterColors(colors));
  });

  it('manages without colours', () => {
    expect(clusterColors([]).centroids).toEqual([]);
  });
});

describe('what a colour word looks like', () => {
  it('goes by plain garments and leaves mislabelled ones out of the shades', () => {
    const samples = [
      ...blob([30, 50, 30], 100).map((lab) => ({ word: 'red', lab, solid: true })),
      { word: 'red', lab: [90, 0, 0] as Lab, solid: true },
      ...blob([60, 10, 10], 100).map((lab) => ({ word: 'red', lab, solid: false })),
    ];
    const red = colorWords(samples).red;
    expect(red?.count).toBe(201);
    expect(red?.lab[0]).toBeCloseTo(30, 0);
    expect(red?.shades).toHaveLength(MAX_SHADES);
    expect(red?.shades.every(([L]) => L < 40)).toBe(true);
  });
});

describe('fast Lab', () => {
  it('agrees with culori’s lab65 on every 17th colour of the cube', () => {
    const bytes: number[] = [];
    for (let r = 0; r < 256; r += 17)
      for (let g = 0; g < 256; g += 17) for (let b = 0; b < 256; b += 17) bytes.push(r, g, b);
    const fast = labPlane(Uint8Array.from(bytes), 3);
    let worst = 0;
    for (let i = 0; i < bytes.length; i += 3) {
      const exact = rgb8ToLab([bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0]);
      for (let k = 0; k < 3; k++) worst = Math.max(worst, Math.abs((fast[i + k] ?? 0) - (exact[k] ?? 0)));
    }
    expect(worst).toBeLessThan(0.05);
  });
});
