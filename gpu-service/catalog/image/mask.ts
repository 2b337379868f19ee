import {
  blurred,
  type Evidence,
  FLOOR,
  groundDistance,
  LEVEL,
  localMax,
  NEAR,
  ringNoise,
  STRONG,
} from './distance.ts';
import { type Ground, groundAt } from './ground.ts';
import { labPlane } from './lab.ts';
import { areaOf, type Box, type Grid, grow } from './morphology.ts';
import { PALE, paleOutline } from './pale.ts';
import { closeStripes, fillHoles, HOLE, largest, type Masked, peelShadow, raggedness } from './tidy.ts';

/** Median distance to the ground from which a garment counts as one that stands out. */
const VIVID = 12;

/** Pixels of a region divided by their ground, so that the ground is `level` everywhere; interleaved RGB bytes. */
export function levelled(
  pixels: Uint8Array,
  channels: number,
  grid: Grid,
  ground: Ground,
  level: number,
  region: Box = { left: 0, top: 0, ...grid },
): Uint8Array {
  const out = new Uint8Array(region.width * region.height * 3);
  for (const channel of [0, 1, 2] as const) {
    const coefficients = ground.coefficients[channel];
    for (let y = 0; y < region.height; y++) {
      for (let x = 0; x < region.width; x++) {
        const from = ((y + region.top) * grid.width + x + region.left) * channels + channel;
        const base = Math.max(60, groundAt(coefficients, x + region.left, y + region.top, grid));
        out[(y * region.width + x) * 3 + channel] = Math.min(255, ((pixels[from] ?? 0) * level) / base + 0.5);
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
  const lab = labPlane(levelled(pixels, channels, grid, ground, LEVEL), 3);
  const smooth = blurred(lab, grid);
  const score = groundDistance(smooth, grid);
  const near = localMax(score, grid, NEAR.edge.radius);
  const far = localMax(near, grid, NEAR.ringing.radius - NEAR.edge.radius);
  const quiet = Math.min(FLOOR.most, Math.max(FLOOR.least, FLOOR.perNoise * ringNoise(score, grid)));
  const evidence: Evidence = { score, near, far, lab, smooth };
  const clear = outline(evidence, FLOOR.most, grid);
  let faint = 0;
  for (let i = 0; i < score.length; i++) if ((score[i] ?? 0) >= quiet) faint++;
  // A garment that stands out is cut at the higher threshold, which JPEG noise around it does not reach.
  const { median, pale } = contrast(score, clear.masked.mask);
  if (pale < PALE.share && clear.area >= (median >= VIVID ? 0.6 : 0.85) * faint) return clear.masked;
  const other = paleOutline(evidence, quiet, grid);
  const holds = clear.area >= 0.7 * areaOf(other.mask);
  return holds && raggedness(clear.masked.mask, grid) <= raggedness(other.mask, grid) ? clear.masked : other;
}

function outline(
  { score, near, far, lab }: Evidence,
  least: number,
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
  mask = fillHoles(mask, lab, grid, HOLE.clear);
  const masked = largest(mask, grid);
  return { masked, area: areaOf(masked.mask) };
}

/** Median distance of a mask's pixels to the ground, and the share of them that is pale. */
function contrast(score: Float32Array, mask: Uint8Array): { median: number; pale: number } {
  const histogram = new Uint32Array(128);
  let count = 0;
  let pale = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    const s = score[i] ?? 0;
    if (s < PALE.most) pale++;
    const bin = Math.min(127, Math.round(s));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
    count++;
  }
  let seen = 0;
  let median = 0;
  while (median < 127 && seen * 2 < count) seen += histogram[median++] ?? 0;
  return { median, pale: count === 0 ? 1 : pale / count };
}
