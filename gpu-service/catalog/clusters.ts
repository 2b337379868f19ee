import type { Lab } from '../../shared/contract/picture.ts';
import { roundedLab } from './image/lab.ts';

export interface SweepPoint {
  readonly k: number;
  /** Mean Lab distance (ΔE76) of a colour to its centroid. */
  readonly meanDistance: number;
  readonly smallest: number;
}

export interface Clustering {
  readonly k: number;
  readonly centroids: readonly Lab[];
  readonly sweep: readonly SweepPoint[];
}

/** Numbers of clusters that are tried. */
export const SWEEP = [8, 12, 16, 20, 24, 28, 32, 40, 48] as const;
/** Fewest images a cluster must hold. */
export const LEAST_MEMBERS = 50;

/**
 * k-means in Lab over the garments' measured colours for each K of the sweep; taken is the largest K all of whose
 * clusters hold at least 50 colours (a clustering that merged its small clusters counts with what is left).
 * Deterministic: farthest-point seeding from the point next to the mean, fixed order, no random numbers.
 */
export function clusterColors(colors: readonly Lab[]): Clustering {
  const sweep: SweepPoint[] = [];
  let taken: readonly Lab[] = [];
  for (const k of SWEEP) {
    if (colors.length === 0 || k > colors.length) break;
    const centroids = mergeSmall(kMeans(colors, seeds(colors, k)), colors);
    const sizes = count(colors, centroids);
    const smallest = Math.min(...sizes);
    sweep.push({ k, meanDistance: meanDistance(colors, centroids), smallest });
    if (centroids.length > taken.length && (smallest >= LEAST_MEMBERS || taken.length === 0))
      taken = centroids;
  }
  const sorted = [...taken].map(roundedLab).sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  return { k: sorted.length, centroids: sorted, sweep };
}

/** Index of the centroid nearest by Lab distance; 0 when there are none. */
export function nearest(lab: Lab, centroids: readonly Lab[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  centroids.forEach((centroid, index) => {
    const d = squared(lab, centroid);
    if (d < least) {
      least = d;
      best = index;
    }
  });
  return best;
}

const squared = (a: Lab, b: Lab): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;

function seeds(colors: readonly Lab[], k: number): Lab[] {
  const first = colors[nearest(mean(colors), colors)];
  if (first === undefined) return [];
  const chosen: Lab[] = [first];
  const distances = colors.map((color) => squared(color, first));
  while (chosen.length < k) {
    // Every fourth-farthest point rather than the farthest: single odd colours make empty clusters.
    const order = distances.map((d, i) => [d, i] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    const pick = order[Math.min(order.length - 1, Math.floor(colors.length * 0.004))];
    const next = pick === undefined ? undefined : colors[pick[1]];
    if (next === undefined) break;
    chosen.push(next);
    colors.forEach((color, i) => {
      distances[i] = Math.min(distances[i] ?? 0, squared(color, next));
    });
  }
  return chosen;
}

function kMeans(colors: readonly Lab[], start: readonly Lab[]): Lab[] {
  let centroids = [...start];
  for (let round = 0; round < 40; round++) {
    const sums = centroids.map(() => [0, 0, 0, 0]);
    for (const color of colors) {
      const sum = sums[nearest(color, centroids)];
      if (sum === undefined) continue;
      sum[0] = (sum[0] ?? 0) + color[0];
      sum[1] = (sum[1] ?? 0) + color[1];
      sum[2] = (sum[2] ?? 0) + color[2];
      sum[3] = (sum[3] ?? 0) + 1;
    }
    let moved = 0;
    centroids = centroids.map((centroid, i) => {
      const [L = 0, a = 0, b = 0, n = 0] = sums[i] ?? [];
      if (n === 0) return centroid;
      const next: Lab = [L / n, a / n, b / n];
      moved = Math.max(moved, squared(next, centroid));
      return next;
    });
    if (moved < 1e-4) break;
  }
  return centroids;
}

/** Drops the smallest cluster and runs k-means again until every cluster is large enough. */
function mergeSmall(centroids: Lab[], colors: readonly Lab[]): Lab[] {
  let current = centroids;
  while (current.length > 1) {
    const sizes = count(colors, current);
    const least = Math.min(...sizes);
    if (least >= LEAST_MEMBERS) return current;
    const drop = sizes.indexOf(least);
    current = kMeans(
      colors,
      current.filter((_, i) => i !== drop),
    );
  }
  return current;
}

function count(colors: readonly Lab[], centroids: readonly Lab[]): number[] {
  const sizes = centroids.map(() => 0);
  for (const color of colors) {
    const at = nearest(color, centroids);
    sizes[at] = (sizes[at] ?? 0) + 1;
  }
  return sizes;
}

function meanDistance(colors: readonly Lab[], centroids: readonly Lab[]): number {
  const total = colors.reduce((sum, color) => {
    const centroid = centroids[nearest(color, centroids)];
    return sum + (centroid === undefined ? 0 : Math.sqrt(squared(color, centroid)));
  }, 0);
  return Math.round((total / Math.max(1, colors.length)) * 100) / 100;
}

function mean(colors: readonly Lab[]): Lab {
  const sum = colors.reduce<Lab>((s, c) => [s[0] + c[0], s[1] + c[1], s[2] + c[2]], [0, 0, 0]);
  const n = Math.max(1, colors.length);
  return [sum[0] / n, sum[1] / n, sum[2] / n];
}
