import type { Lab } from '../contract/picture.ts';
import { deltaE } from './lab.ts';
import { CLUSTERS } from './table.ts';

/**
 * Index of the catalogue colour cluster whose centre is nearest by CIEDE2000; the lower index on a tie.
 * The classes of the auxiliary classifier's colour head, in the same order.
 */
export function nearestCluster(lab: Lab): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [cluster, centre] of CLUSTERS.entries()) {
    const distance = deltaE(lab, centre);
    if (distance < bestDistance) {
      best = cluster;
      bestDistance = distance;
    }
  }
  return best;
}
