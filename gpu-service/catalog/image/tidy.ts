import { chromaOf, LEVEL_L } from './distance.ts';
import { areaOf, type Component, components, dilate, erode, type Grid, pick } from './morphology.ts';

/**
 * Share of the garment from which an enclosed, ground-like hole is believed to be ground. In pale cloth none is:
 * there the cloth itself looks like the ground.
 */
export const HOLE = { clear: 0.006, pale: 1 } as const;

/** A soft shadow: hardly coloured, darker than the ground by at most this, and without an edge towards it. */
const SHADOW = { chroma: 2.6, depth: 22, step: 3 } as const;

export interface Masked {
  /** 1 where the garment is. */
  readonly mask: Uint8Array;
  /** Components at least 2 % as large as the largest, largest first, before the smaller ones were dropped. */
  readonly parts: readonly Component[];
}

export const close = (mask: Uint8Array, grid: Grid, radius: number): Uint8Array =>
  erode(dilate(mask, grid, radius, radius), grid, radius);

export const open = (mask: Uint8Array, grid: Grid, radius: number): Uint8Array =>
  dilate(erode(mask, grid, radius), grid, radius, radius);

/** Removes soft shadow from the outside inwards, at most 5 % of the picture's width deep. */
export function peelShadow(mask: Uint8Array, lab: Float32Array, { width, height }: Grid): Uint8Array {
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
export function closeStripes(mask: Uint8Array, { width, height }: Grid): Uint8Array {
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
export function fillHoles(mask: Uint8Array, lab: Float32Array, grid: Grid, ground: number): Uint8Array {
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
    const atBorder =
      hole.left === 0 || hole.top === 0 || hole.right === grid.width - 1 || hole.bottom === grid.height - 1;
    if (atBorder || sum === undefined) return;
    const average = sum.L / hole.area;
    const spread = Math.sqrt(Math.max(0, sum.L2 / hole.area - average * average));
    const open =
      hole.area > garment * ground && average < 0.8 && spread < 2.2 && sum.chroma / hole.area < 1.8;
    if (!open) fill[hole.label] = 1;
  });
  const out = pick(labels, fill);
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) out[i] = 1;
  return out;
}

/** Keeps the largest component and what lies close to it (drawstrings, straps), and lists the comparable ones. */
export function largest(mask: Uint8Array, grid: Grid): Masked {
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

/** Length of a mask's outline over the root of its area: 4 for a square, about 8 for trousers. */
export function raggedness(mask: Uint8Array, { width, height }: Grid): number {
  let edge = 0;
  let area = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (mask[at] !== 1) continue;
      area++;
      if (x === 0 || mask[at - 1] !== 1) edge++;
      if (x === width - 1 || mask[at + 1] !== 1) edge++;
      if (y === 0 || mask[at - width] !== 1) edge++;
      if (y === height - 1 || mask[at + width] !== 1) edge++;
    }
  }
  return area === 0 ? Number.POSITIVE_INFINITY : edge / Math.sqrt(area);
}
