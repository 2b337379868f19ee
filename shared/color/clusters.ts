import type { Lab } from '../contract/picture.ts';
import { CLUSTERS } from './table.ts';

/**
 * Index of the catalogue colour cluster whose centre is nearest; the lower index on a tie. Distance is Euclidean
 * in Lab (ΔE*ab), the one k-means minimised, so that a query falls into the cluster that training would give it.
 * The classes of the auxiliary classifier's colour head, in the same order.
 */
export function nearestCluster([L, a, b]: Lab): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [cluster, [cL, ca, cb]] of CLUSTERS.entries()) {
    const distance = (L - cL) ** 2 + (a - ca) ** 2 + (b - cb) ** 2;
    if (distance < bestDistance) {
      best = cluster;
      bestDistance = distance;
    }
  }
  return best;
}
