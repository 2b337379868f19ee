import type { Ground } from './ground.ts';
import { levelled } from './mask.ts';
import { type Box, boxAround, crop, erode, type Grid } from './morphology.ts';

/** Straight (not premultiplied) RGBA of a garment on nothing: ground divided out, white under alpha 0. */
export interface Cutout extends Grid {
  readonly rgba: Uint8Array;
  /** Pixels surely inside the garment (used for measuring). */
  readonly core: Uint8Array;
}

/** Brightest level (of 1) that cloth whiter than its ground is brought down to, so that its folds survive. */
const WHITEST = 0.985;

/** Pixels kept around the garment, for its soft edge. */
const AROUND = 4;

/**
 * Cuts the garment out, with a few pixels around it; null when the mask is empty. The edge is made soft over one
 * pixel, and the colour of edge pixels is taken from just inside, so that neither ground nor shadow shows as a
 * halo.
 */
export function cutOut(
  pixels: Uint8Array,
  channels: number,
  grid: Grid,
  ground: Ground | null,
  whole: Uint8Array,
): Cutout | null {
  const region = boxAround(whole, grid, AROUND);
  if (region === null) return null;
  const mask = crop(whole, 1, grid, region);
  const rgb =
    ground === null
      ? plainRgb(crop(pixels, channels, grid, region), channels)
      : levelled(
          pixels,
          channels,
          grid,
          ground,
          255 * gainFor(pixels, channels, grid, ground, region, mask),
          region,
        );
  const core = erode(mask, region, 1);
  const colored = spread(rgb, core, mask, region);
  const alpha = softEdge(mask, region);
  const rgba = new Uint8Array(mask.length * 4).fill(255);
  for (let i = 0; i < mask.length; i++) {
    const a = alpha[i] ?? 0;
    rgba[i * 4 + 3] = a;
    if (a === 0) continue;
    for (let channel = 0; channel < 3; channel++) rgba[i * 4 + channel] = colored[i * 3 + channel] ?? 255;
  }
  return { width: region.width, height: region.height, rgba, core };
}

/** Dividing by a grey ground would clip cloth that is whiter than it; this factor brings its 98th percentile under white. */
function gainFor(
  pixels: Uint8Array,
  channels: number,
  grid: Grid,
  ground: Ground,
  region: Box,
  mask: Uint8Array,
): number {
  const half = levelled(pixels, channels, grid, ground, 128, region);
  const histogram = new Uint32Array(256);
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    const most = Math.max(half[i * 3] ?? 0, half[i * 3 + 1] ?? 0, half[i * 3 + 2] ?? 0);
    histogram[most] = (histogram[most] ?? 0) + 1;
    count++;
  }
  let above = 0;
  let level = 255;
  while (level > 0 && above + (histogram[level] ?? 0) < count * 0.02) above += histogram[level--] ?? 0;
  return Math.min(1, (WHITEST * 128) / Math.max(1, level));
}

function plainRgb(pixels: Uint8Array, channels: number): Uint8Array {
  const count = pixels.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) rgb[i * 3 + channel] = pixels[i * channels + channel] ?? 0;
  }
  return rgb;
}

/** Carries the colours of `core` three pixels outwards; parts too thin to have a core keep their own colours. */
function spread(rgb: Uint8Array, core: Uint8Array, mask: Uint8Array, { width, height }: Grid): Uint8Array {
  const out = rgb.slice();
  const known = core.slice();
  for (let round = 0; round < 4; round++) {
    if (round === 2) for (let i = 0; i < known.length; i++) if (mask[i] === 1) known[i] = 1;
    const found: number[] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (known[at] === 1) continue;
        let n = 0;
        let r = 0;
        let g = 0;
        let b = 0;
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            const nx = x + dx;
            const ny = y + dy;
            if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
            const other = ny * width + nx;
            if (known[other] !== 1) continue;
            n++;
            r += out[other * 3] ?? 0;
            g += out[other * 3 + 1] ?? 0;
            b += out[other * 3 + 2] ?? 0;
          }
        }
        if (n === 0) continue;
        out[at * 3] = Math.round(r / n);
        out[at * 3 + 1] = Math.round(g / n);
        out[at * 3 + 2] = Math.round(b / n);
        found.push(at);
      }
    }
    for (const at of found) known[at] = 1;
  }
  return out;
}

/** Mask (0, 1) to alpha (0..255): a 3×3 binomial blur. */
function softEdge(mask: Uint8Array, { width, height }: Grid): Uint8Array {
  const alpha = new Uint8Array(mask.length);
  const at = (x: number, y: number): number =>
    mask[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))] ?? 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const sum =
        4 * at(x, y) +
        2 * (at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1)) +
        at(x - 1, y - 1) +
        at(x + 1, y - 1) +
        at(x - 1, y + 1) +
        at(x + 1, y + 1);
      alpha[i] = Math.round((sum * 255) / 16);
    }
  }
  return alpha;
}
