import {
  type Evidence,
  FLOOR,
  LEVEL_L,
  NEAR,
  offsetLength,
  ringNoise,
  roughness,
  STRONG,
} from './distance.ts';
import { erode, type Grid, grow, majority } from './morphology.ts';
import { close, closeStripes, fillHoles, HOLE, largest, type Masked, open } from './tidy.ts';

/** Roughness (Lab lightness over 3×3 pixels) that counts as cloth, and the contrast nearby above which JPEG fakes it. */
const ROUGH = { perNoise: 2.5, least: 1.3, farthest: 30 } as const;

/**
 * Pale cloth: the greatest distance to the ground that still is pale, the least that tells its colour from the
 * ground's, and the share of a garment from which it matters.
 */
export const PALE = { most: 9, apart: 1.1, share: 0.08 } as const;

/**
 * White and cream cloth hardly differs from a light ground, but it is never as smooth: seams, folds and weave
 * count as well as colour. The pieces are then joined, filled and their outline evened.
 */
export function paleOutline({ score, near, far, lab, smooth }: Evidence, least: number, grid: Grid): Masked {
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
  const first = joined(grow(strong, weak, grid), lab, grid);
  const cloth = clothColor(first, smooth, score, grid);
  if (cloth === null) return largest(trim(first, score, least, grid), grid);
  // Now that the cloth's own colour is known, each pixel goes to the nearer of the two, cloth or ground.
  for (let i = 0; i < score.length; i++) {
    const s = score[i] ?? 0;
    const isCloth = distanceTo(smooth, i, cloth) < s;
    const stands = s >= Math.max(FLOOR.most, NEAR.edge.share * (near[i] ?? 0));
    weak[i] = isCloth || stands ? 1 : 0;
    strong[i] = first[i] === 1 && weak[i] === 1 ? 1 : 0;
  }
  return largest(joined(grow(strong, weak, grid), lab, grid), grid);
}

/** Joins the pieces of a pale garment, fills it and evens its outline. */
function joined(pieces: Uint8Array, lab: Float32Array, grid: Grid): Uint8Array {
  let mask = closeStripes(pieces, grid);
  mask = close(mask, grid, Math.max(2, Math.round(grid.width * 0.02)));
  mask = fillHoles(mask, lab, grid, HOLE.pale);
  mask = open(mask, grid, Math.max(1, Math.round(grid.width * 0.008)));
  return majority(mask, grid, Math.max(2, Math.round(grid.width * 0.024)));
}

/** The commonest colour of the pale pixels well inside, as an offset from the ground; null when it is the ground's. */
function clothColor(
  mask: Uint8Array,
  smooth: Float32Array,
  score: Float32Array,
  grid: Grid,
): readonly [number, number, number] | null {
  const inner = erode(mask, grid, 3);
  const cells = new Map<number, [number, number, number, number]>();
  let fullest: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (inner[i] !== 1 || (score[i] ?? 0) > PALE.most) continue;
    const L = (smooth[i * 3] ?? 0) - LEVEL_L;
    const a = smooth[i * 3 + 1] ?? 0;
    const b = smooth[i * 3 + 2] ?? 0;
    const key = Math.round(L) * 10_000 + Math.round(a + 50) * 100 + Math.round(b + 50);
    const cell = cells.get(key) ?? [0, 0, 0, 0];
    cell[0] += L;
    cell[1] += a;
    cell[2] += b;
    cell[3]++;
    cells.set(key, cell);
    if (cell[3] > fullest[3]) fullest = cell;
  }
  const n = fullest[3];
  if (n < 20) return null;
  const cloth = [fullest[0] / n, fullest[1] / n, fullest[2] / n] as const;
  return offsetLength(cloth[0], cloth[1], cloth[2]) < PALE.apart ? null : cloth;
}

function distanceTo(smooth: Float32Array, i: number, [L, a, b]: readonly [number, number, number]): number {
  return offsetLength(
    (smooth[i * 3] ?? 0) - LEVEL_L - L,
    (smooth[i * 3 + 1] ?? 0) - a,
    (smooth[i * 3 + 2] ?? 0) - b,
  );
}

/** Takes up to two pixels off the outline where nothing but roughness put them there: it reaches a pixel too far. */
function trim(mask: Uint8Array, score: Float32Array, least: number, grid: Grid): Uint8Array {
  let out = mask;
  for (let round = 0; round < 2; round++) {
    const inner = erode(out, grid, 1);
    const next = out.slice();
    for (let i = 0; i < out.length; i++) if (inner[i] === 0 && (score[i] ?? 0) < least) next[i] = 0;
    out = next;
  }
  return out;
}
