import type { Grid } from './morphology.ts';

/** Level (sRGB) that the ground is brought to while masking: below white, so that whiter cloth still shows. */
export const LEVEL = 225;

export const LEVEL_L = 89.55;

/** Weights of the distance to the ground, in Lab units: shadows only darken, cloth is also tinted or whiter. */
const WEIGHT = { chroma: 1.5, brighter: 1.7, darker: 0.6 } as const;

export function offsetLength(dL: number, a: number, b: number): number {
  const light = dL * (dL > 0 ? WEIGHT.brighter : WEIGHT.darker);
  return Math.sqrt(WEIGHT.chroma * WEIGHT.chroma * (a * a + b * b) + light * light);
}

/** Weighted distance of every pixel to the (levelled) ground. */
export function groundDistance(lab: Float32Array, { width, height }: Grid): Float32Array {
  const score = new Float32Array(width * height);
  for (let i = 0; i < score.length; i++) {
    score[i] = offsetLength((lab[i * 3] ?? 0) - LEVEL_L, lab[i * 3 + 1] ?? 0, lab[i * 3 + 2] ?? 0);
  }
  return score;
}

export function chromaOf(lab: Float32Array, i: number): number {
  const a = lab[i * 3 + 1] ?? 0;
  const b = lab[i * 3 + 2] ?? 0;
  return Math.sqrt(a * a + b * b);
}

/** 3×3 mean of interleaved Lab. */
export function blurred(lab: Float32Array, { width, height }: Grid): Float32Array {
  const across = new Float32Array(lab.length);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * stride + x * 3;
      const l = x > 0 ? at - 3 : at;
      const r = x < width - 1 ? at + 3 : at;
      for (let k = 0; k < 3; k++)
        across[at + k] = ((lab[l + k] ?? 0) + (lab[at + k] ?? 0) + (lab[r + k] ?? 0)) / 3;
    }
  }
  const out = new Float32Array(lab.length);
  for (let at = 0; at < lab.length; at++) {
    const up = at >= stride ? at - stride : at;
    const down = at + stride < lab.length ? at + stride : at;
    out[at] = ((across[up] ?? 0) + (across[at] ?? 0) + (across[down] ?? 0)) / 3;
  }
  return out;
}

/** The 75th percentile of the distance over the outermost two pixels: what plain ground alone shows. */
export function ringNoise(score: Float32Array, { width, height }: Grid): number {
  const values: number[] = [];
  for (let x = 0; x < width; x++) values.push(score[x] ?? 0, score[(height - 1) * width + x] ?? 0);
  for (let y = 0; y < height; y++) values.push(score[y * width] ?? 0, score[y * width + width - 1] ?? 0);
  values.sort((p, q) => p - q);
  return values[Math.floor(values.length * 0.75)] ?? 0;
}

/** Maximum over a square of the given radius. */
export function localMax(values: Float32Array, { width, height }: Grid, radius: number): Float32Array {
  const across = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let most = 0;
      const end = Math.min(width - 1, x + radius);
      for (let k = Math.max(0, x - radius); k <= end; k++) {
        const v = values[y * width + k] ?? 0;
        if (v > most) most = v;
      }
      across[y * width + x] = most;
    }
  }
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const from = Math.max(0, y - radius);
    const end = Math.min(height - 1, y + radius);
    for (let k = from; k <= end; k++) {
      const row = k * width;
      const to = y * width;
      for (let x = 0; x < width; x++) {
        const v = across[row + x] ?? 0;
        if (v > (out[to + x] ?? 0)) out[to + x] = v;
      }
    }
  }
  return out;
}

/** Difference of the lightest and darkest of 3×3 pixels. */
export function roughness(lab: Float32Array, { width, height }: Grid): Float32Array {
  const rough = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      let low = 1000;
      let high = -1000;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const L = lab[((y + dy) * width + x + dx) * 3] ?? 0;
          if (L < low) low = L;
          if (L > high) high = L;
        }
      }
      rough[y * width + x] = high - low;
    }
  }
  return rough;
}

/** The least distance that counts as garment follows the noise of the ground, between these bounds. */
export const FLOOR = { perNoise: 3, least: 1.25, most: 3.6 } as const;

/** A seed of the garment lies this many times above the least distance. */
export const STRONG = 2.2;

/**
 * Near a strong edge a pixel must reach a share of the strongest distance around it: `edge` puts the outline at
 * about half contrast (no shadow, no mixed pixels), `ringing` discards the noise of JPEG's 8×8 blocks.
 */
export const NEAR = { edge: { radius: 3, share: 0.38 }, ringing: { radius: 8, share: 0.09 } } as const;

/** What the mask is decided from: per pixel, in Lab units of weighted distance to the ground. */
export interface Evidence {
  /** Distance of the 3×3 mean. */
  readonly score: Float32Array;
  /** Largest distance close by, and in the reach of JPEG's blocks. */
  readonly near: Float32Array;
  readonly far: Float32Array;
  /** Lab of the levelled picture, as it is and as 3×3 means. */
  readonly lab: Float32Array;
  readonly smooth: Float32Array;
}
