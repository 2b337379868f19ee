import { type Ground, groundAt } from './ground.ts';
import { labPlane } from './lab.ts';
import {
  areaOf,
  type Component,
  components,
  dilate,
  erode,
  type Grid,
  grow,
  majority,
  pick,
} from './morphology.ts';

/** Level (sRGB) that the ground is brought to while masking: below white, so that whiter cloth still shows. */
const LEVEL = 225;
const LEVEL_L = 89.55;

/** Weights of the distance to the ground, in Lab units: shadows only darken, cloth is also tinted or whiter. */
const WEIGHT = { chroma: 1.5, brighter: 1.7, darker: 0.6 } as const;
/** The least distance that counts as garment follows the noise of the ground, between these bounds. */
const FLOOR = { perNoise: 3, least: 1.25, most: 3.6 } as const;
/** A seed of the garment lies this many times above the least distance. */
const STRONG = 2.2;
/** Roughness (Lab lightness over 3×3 pixels) that counts as cloth, and the contrast nearby above which JPEG fakes it. */
const ROUGH = { perNoise: 2.5, least: 1.3, farthest: 30 } as const;
/** Median distance to the ground from which a garment counts as one that stands out. */
const VIVID = 12;
/**
 * Near a strong edge a pixel must reach a share of the strongest distance around it: `edge` puts the outline at
 * about half contrast (no shadow, no mixed pixels), `ringing` discards the noise of JPEG's 8×8 blocks.
 */
const NEAR = { edge: { radius: 3, share: 0.38 }, ringing: { radius: 8, share: 0.09 } } as const;
/** A soft shadow: hardly coloured, darker than the ground by at most this, and without an edge towards it. */
const SHADOW = { chroma: 2.6, depth: 22, step: 3 } as const;

export interface Masked {
  /** 1 where the garment is. */
  readonly mask: Uint8Array;
  /** Components at least 2 % as large as the largest, largest first, before the smaller ones were dropped. */
  readonly parts: readonly Component[];
}

/** Pixels divided by their ground, so that the ground is `LEVEL` everywhere; interleaved RGB bytes. */
export function levelled(
  pixels: Uint8Array,
  channels: number,
  grid: Grid,
  ground: Ground,
  level = LEVEL,
): Uint8Array {
  const out = new Uint8Array(grid.width * grid.height * 3);
  for (const channel of [0, 1, 2] as const) {
    const coefficients = ground.coefficients[channel];
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) {
        const at = y * grid.width + x;
        const value =
          ((pixels[at * channels + channel] ?? 0) * level) /
            Math.max(60, groundAt(coefficients, x, y, grid)) +
          0.5;
        out[at * 3 + channel] = Math.min(255, value);
      }
    }
  }
  return out;
}

/**
 * The garment's mask by Lab distance to the local ground with hysteresis; ground-coloured stretches inside it
 * (white stripes, pale prints) are filled, soft shadows around it are peeled off, specks are dropped.
 */
export function maskGarment(pixels: Uint8Array, channels: number, grid: Grid, ground: Ground): Masked {
  const lab = labPlane(levelled(pixels, channels, grid, ground), 3);
  const score = groundDistance(blurred(lab, grid), grid);
  const near = localMax(score, grid, NEAR.edge.radius);
  const far = localMax(near, grid, NEAR.ringing.radius - NEAR.edge.radius);
  const quiet = Math.min(FLOOR.most, Math.max(FLOOR.least, FLOOR.perNoise * ringNoise(score, grid)));
  const clear = outline(score, near, far, FLOOR.most, lab, grid);
  let faint = 0;
  for (let i = 0; i < score.length; i++) if ((score[i] ?? 0) >= quiet) faint++;
  // A garment that stands out is cut at the higher threshold, which JPEG noise around it does not reach.
  if (clear.area >= (medianIn(score, clear.masked.mask) >= VIVID ? 0.6 : 0.85) * faint) return clear.masked;
  return paleOutline(score, near, far, quiet, lab, grid);
}

function outline(
  score: Float32Array,
  near: Float32Array,
  far: Float32Array,
  least: number,
  lab: Float32Array,
  grid: Grid,
): { masked: Masked; area: number } {
  const strong = new Uint8Array(score.length);
  const weak = new Uint8Array(score.length);
  for (let i = 0; i < score.length; i++) {
    const s = score[i] ?? 0;
    if (s < Math.max(least, NEAR.edge.share * (near[i] ?? 0), NEAR.ringing.share * (far[i] ?? 0))) continue;
    weak[i] = 1;
    if (s >= least * STRONG) strong[i] = 1;
  }
  let mask: Uint8Array = grow(strong, weak, grid);
  mask = peelShadow(mask, lab, grid);
  mask = closeStripes(mask, grid);
  mask = fillHoles(mask, lab, grid);
  const masked = largest(mask, grid);
  return { masked, area: areaOf(masked.mask) };
}

/**
 * White and cream cloth hardly differs from a light ground, but it is never as smooth: seams, folds and weave
 * count as well as colour. The pieces are then joined, filled and their outline evened.
 */
function paleOutline(
  score: Float32Array,
  near: Float32Array,
  far: Float32Array,
  least: number,
  lab: Float32Array,
  grid: Grid,
): Masked {
  const rough = roughness(lab, grid);
  const roughLeast = Math.max(ROUGH.least, ROUGH.perNoise * ringNoise(rough, grid));
  const strong = new Uint8Array(score.length);
  const weak = new Uint8Array(score.length);
  for (let i = 0; i < score.length; i++) {
    const s = score[i] ?? 0;
    const r = rough[i] ?? 0;
    const colored =
      s >= Math.max(least, NEAR.edge.share * (near[i] ?? 0), NEAR.ringing.share * (far[i] ?? 0));
    if (!colored && (r < roughLeast || (far[i] ?? 0) > ROUGH.farthest)) continue;
    weak[i] = 1;
    if (s >= least * STRONG || r >= roughLeast * STRONG) strong[i] = 1;
  }
  let mask: Uint8Array = grow(strong, weak, grid);
  mask = closeStripes(mask, grid);
  mask = close(mask, grid, Math.max(2, Math.round(grid.width * 0.02)));
  mask = fillHoles(mask, lab, grid);
  mask = open(mask, grid, Math.max(1, Math.round(grid.width * 0.008)));
  mask = majority(mask, grid, Math.max(2, Math.round(grid.width * 0.012)));
  return largest(mask, grid);
}

/** Difference of the lightest and darkest of 3×3 pixels. */
function roughness(lab: Float32Array, { width, height }: Grid): Float32Array {
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

const close = (mask: Uint8Array, grid: Grid, radius: number): Uint8Array =>
  erode(dilate(mask, grid, radius, radius), grid, radius);
const open = (mask: Uint8Array, grid: Grid, radius: number): Uint8Array =>
  dilate(erode(mask, grid, radius), grid, radius, radius);

function chromaOf(lab: Float32Array, i: number): number {
  const a = lab[i * 3 + 1] ?? 0;
  const b = lab[i * 3 + 2] ?? 0;
  return Math.sqrt(a * a + b * b);
}

function medianIn(score: Float32Array, mask: Uint8Array): number {
  const histogram = new Uint32Array(128);
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    const bin = Math.min(127, Math.round(score[i] ?? 0));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
    count++;
  }
  let seen = 0;
  for (let bin = 0; bin < 128; bin++) {
    seen += histogram[bin] ?? 0;
    if (seen * 2 >= count) return bin;
  }
  return 0;
}

/** Weighted distance of every pixel to the (levelled) ground. */
function groundDistance(lab: Float32Array, { width, height }: Grid): Float32Array {
  const score = new Float32Array(width * height);
  for (let i = 0; i < score.length; i++) {
    const dL = (lab[i * 3] ?? 0) - LEVEL_L;
    const a = lab[i * 3 + 1] ?? 0;
    const b = lab[i * 3 + 2] ?? 0;
    const light = dL * (dL > 0 ? WEIGHT.brighter : WEIGHT.darker);
    score[i] = Math.sqrt(WEIGHT.chroma * WEIGHT.chroma * (a * a + b * b) + light * light);
  }
  return score;
}

/** 3×3 mean of interleaved Lab. */
function blurred(lab: Float32Array, { width, height }: Grid): Float32Array {
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
function ringNoise(score: Float32Array, { width, height }: Grid): number {
  const values: number[] = [];
  for (let x = 0; x < width; x++) values.push(score[x] ?? 0, score[(height - 1) * width + x] ?? 0);
  for (let y = 0; y < height; y++) values.push(score[y * width] ?? 0, score[y * width + width - 1] ?? 0);
  values.sort((p, q) => p - q);
  return values[Math.floor(values.length * 0.75)] ?? 0;
}

/** Maximum over a square of the given radius. */
function localMax(values: Float32Array, { width, height }: Grid, radius: number): Float32Array {
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

/** Removes soft shadow from the outside inwards, at most 5 % of the picture's width deep. */
function peelShadow(mask: Uint8Array, lab: Float32Array, { width, height }: Grid): Uint8Array {
  const out = mask.slice();
  let front: number[] = [];
  for (let i = 0; i < out.length; i++) if (out[i] === 0) front.push(i);
  const rounds = Math.max(3, Math.round(width * 0.05));
  for (let round = 0; round < rounds && front.length > 0; round++) {
    const next: number[] = [];
    for (const at of front) {
      const x = at % width;
      const here = lab[at * 3] ?? 0;
      const neighbours = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width];
      for (const n of neighbours) {
        if (n < 0 || n >= width * height || out[n] === 0) continue;
        const L = lab[n * 3] ?? 0;
        const depth = LEVEL_L - L;
        if (depth < 0.5 || depth > SHADOW.depth || Math.abs(L - here) > SHADOW.step) continue;
        if (chromaOf(lab, n) > SHADOW.chroma) continue;
        out[n] = 0;
        next.push(n);
      }
    }
    front = next;
  }
  return out;
}

/**
 * Joins garment above to garment below over ground-coloured gaps up to 5 % of the height: stripes across, which
 * are open to the sides. The gap between two legs is open downwards and stays.
 */
function closeStripes(mask: Uint8Array, { width, height }: Grid): Uint8Array {
  const out = mask.slice();
  const longest = Math.max(2, Math.round(height * 0.05));
  for (let x = 0; x < width; x++) {
    let last = -1;
    for (let y = 0; y < height; y++) {
      if (mask[y * width + x] !== 1) continue;
      if (last >= 0 && y - last > 1 && y - last <= longest) {
        for (let k = last + 1; k < y; k++) out[k * width + x] = 1;
      }
      last = y;
    }
  }
  return out;
}

/**
 * Fills enclosed holes, except large ones that show plain, slightly shaded ground (between legs that touch at
 * the hems, inside straps).
 */
function fillHoles(mask: Uint8Array, lab: Float32Array, grid: Grid): Uint8Array {
  const inverse = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) inverse[i] = 1 - (mask[i] ?? 0);
  const { labels, list } = components(inverse, grid, false);
  const garment = areaOf(mask);
  const sums = list.map(() => ({ L: 0, L2: 0, chroma: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    const sum = label > 0 ? sums[label - 1] : undefined;
    if (sum === undefined) continue;
    const dL = (lab[i * 3] ?? 0) - LEVEL_L;
    sum.L += dL;
    sum.L2 += dL * dL;
    sum.chroma += chromaOf(lab, i);
  }
  const fill = new Uint8Array(list.length + 1);
  list.forEach((hole, index) => {
    const sum = sums[index];
    const open =
      hole.left === 0 || hole.top === 0 || hole.right === grid.width - 1 || hole.bottom === grid.height - 1;
    if (open || sum === undefined) return;
    const average = sum.L / hole.area;
    const spread = Math.sqrt(Math.max(0, sum.L2 / hole.area - average * average));
    const ground =
      hole.area > garment * 0.006 && average < 0.8 && spread < 2.2 && sum.chroma / hole.area < 1.8;
    if (!ground) fill[hole.label] = 1;
  });
  const out = pick(labels, fill);
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) out[i] = 1;
  return out;
}

/** Keeps the largest component and what lies close to it (drawstrings, straps), and lists the comparable ones. */
function largest(mask: Uint8Array, grid: Grid): Masked {
  const { labels, list } = components(mask, grid, true);
  const sorted = [...list].sort((a, b) => b.area - a.area || a.label - b.label);
  const main = sorted[0];
  if (main === undefined) return { mask, parts: [] };
  const parts = sorted.filter((part) => part.area >= main.area * 0.02);
  const only = new Uint8Array(list.length + 1);
  only[main.label] = 1;
  const reach = Math.max(2, Math.round(grid.height * 0.012));
  const near = dilate(pick(labels, only), grid, reach, reach);
  const keep = new Uint8Array(list.length + 1);
  keep[main.label] = 1;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    const part = label > 0 ? list[label - 1] : undefined;
    if (part !== undefined && near[i] === 1 && part.area >= main.area * 0.0015) keep[label] = 1;
  }
  return { mask: pick(labels, keep), parts };
}
