import type { Lab } from '../../../shared/contract/picture.ts';
import type { Cutout } from './cutout.ts';
import { labPlane, round2, roundedLab } from './lab.ts';
import { areaOf, erode } from './morphology.ts';

export interface Measured {
  /** The garment's colour: the mode of its Lab histogram (D65), not a median greyed by pattern. */
  readonly lab: Lab;
  /** Median Lab distance (ΔE76) of the garment's pixels from that colour. */
  readonly labSpread: number;
  /** Share of pixels within `NEAR` of that colour. */
  readonly share: number;
}

/** Histogram cell edges in Lab units; small enough to tell shades, large enough to fill. */
const CELL = { L: 3, ab: 2.5 } as const;
const BINS = { L: 35, ab: 104 } as const;
const NEAR = 9;

/**
 * Measures the garment's colour on the eroded mask: the fullest cell of a smoothed Lab histogram, refined by
 * three mean-shift steps. Null when no pixel is left.
 */
export function measureColor(cutout: Cutout): Measured | null {
  const inner = erode(cutout.core, cutout, 1);
  let count = areaOf(inner);
  const use = count >= 60 ? inner : cutout.core;
  if (use === cutout.core) count = areaOf(use);
  if (count < 12) return null;
  const plane = labPlane(cutout.rgba, 4);
  const values = new Float32Array(count * 3);
  let n = 0;
  for (let i = 0; i < use.length; i++) {
    if (use[i] !== 1) continue;
    values[n] = plane[i * 3] ?? 0;
    values[n + 1] = plane[i * 3 + 1] ?? 0;
    values[n + 2] = plane[i * 3 + 2] ?? 0;
    n += 3;
  }
  let mode = fullestCell(values);
  for (let step = 0; step < 3; step++) mode = meanNear(values, mode, step === 2 ? 5 : 7);
  const distances = new Float32Array(count);
  let near = 0;
  for (let i = 0; i < count; i++) {
    const d = Math.sqrt(
      ((values[i * 3] ?? 0) - mode[0]) ** 2 +
        ((values[i * 3 + 1] ?? 0) - mode[1]) ** 2 +
        ((values[i * 3 + 2] ?? 0) - mode[2]) ** 2,
    );
    distances[i] = d;
    if (d <= NEAR) near++;
  }
  distances.sort();
  return {
    lab: roundedLab(mode),
    labSpread: round2(distances[count >> 1] ?? 0),
    share: round2(near / count),
  };
}

/** Centre of the cell with the most pixels in its 3×3×3 neighbourhood. */
function fullestCell(values: Float32Array): [number, number, number] {
  const cells = new Map<number, number>();
  const key = (l: number, a: number, b: number): number => (l * BINS.ab + a) * BINS.ab + b;
  for (let i = 0; i < values.length; i += 3) {
    const l = Math.min(BINS.L - 1, Math.max(0, Math.floor((values[i] ?? 0) / CELL.L)));
    const a = Math.floor(((values[i + 1] ?? 0) + 128) / CELL.ab);
    const b = Math.floor(((values[i + 2] ?? 0) + 128) / CELL.ab);
    const k = key(l, a, b);
    cells.set(k, (cells.get(k) ?? 0) + 1);
  }
  let best = 0;
  let most = -1;
  for (const k of cells.keys()) {
    let sum = 0;
    for (let dl = -1; dl <= 1; dl++) {
      for (let da = -1; da <= 1; da++) {
        for (let db = -1; db <= 1; db++) sum += cells.get(k + key(dl, da, db)) ?? 0;
      }
    }
    if (sum > most || (sum === most && k < best)) {
      most = sum;
      best = k;
    }
  }
  const b = best % BINS.ab;
  const a = Math.floor(best / BINS.ab) % BINS.ab;
  const l = Math.floor(best / (BINS.ab * BINS.ab));
  return [(l + 0.5) * CELL.L, (a + 0.5) * CELL.ab - 128, (b + 0.5) * CELL.ab - 128];
}

function meanNear(
  values: Float32Array,
  at: readonly [number, number, number],
  radius: number,
): [number, number, number] {
  let n = 0;
  let L = 0;
  let a = 0;
  let b = 0;
  for (let i = 0; i < values.length; i += 3) {
    const l = values[i] ?? 0;
    const p = values[i + 1] ?? 0;
    const q = values[i + 2] ?? 0;
    if ((l - at[0]) ** 2 + (p - at[1]) ** 2 + (q - at[2]) ** 2 > radius * radius) continue;
    n++;
    L += l;
    a += p;
    b += q;
  }
  return n === 0 ? [at[0], at[1], at[2]] : [L / n, a / n, b / n];
}
