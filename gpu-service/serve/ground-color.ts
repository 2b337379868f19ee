import { rgb8ToLab } from '../../shared/color/index.ts';
import type { Lab } from '../../shared/contract/picture.ts';

/** Lab distance (ΔE76) from white within which a pixel is ground of the picture, not of the garment. */
const OFF_WHITE = 4;
/** Squared width of the mean shift's Gaussian, in Lab units. */
const WIDTH = 36;
const STEPS = 12;
const FEWEST = 40;

/**
 * Colour of a garment's ground on a picture on white: the mode inside its eroded silhouette, so that stripes and
 * seams do not grey it. The mode is the mean-shift fixed point from the median (Comaniciu and Meer 2002). Measures as
 * `ground_color` of `gpu-service/training/realism.py` does, which the model card's ΔE00 is measured with.
 * @param rgb edge × edge × 3 sRGB bytes, row by row
 * @returns CIELAB under D65
 */
export function groundColor(rgb: Uint8Array, edge: number): Lab {
  const pixels = Array.from({ length: edge * edge }, (_, at) =>
    rgb8ToLab([rgb[at * 3] ?? 0, rgb[at * 3 + 1] ?? 0, rgb[at * 3 + 2] ?? 0]),
  );
  const isCloth = (x: number, y: number): boolean => {
    const pixel = pixels[y * edge + x];
    return pixel !== undefined && Math.hypot(pixel[0] - 100, pixel[1], pixel[2]) > OFF_WHITE;
  };
  const inner = pixels.filter((_, at) => isInner(at % edge, Math.floor(at / edge), edge, isCloth));
  const center = ({ x, y }: { x: number; y: number }): boolean =>
    Math.min(x, y) >= Math.floor((edge * 2) / 5) && Math.max(x, y) < Math.floor((edge * 3) / 5);
  const values =
    inner.length >= FEWEST
      ? inner
      : pixels.filter((_, at) => center({ x: at % edge, y: Math.floor(at / edge) }));
  return meanShift(values);
}

/** Whether the 5×5 pixels around lie on the cloth; what is beyond the picture's edge does not count. */
function isInner(x: number, y: number, edge: number, isCloth: (x: number, y: number) => boolean): boolean {
  for (let v = Math.max(0, y - 2); v <= Math.min(edge - 1, y + 2); v += 1) {
    for (let u = Math.max(0, x - 2); u <= Math.min(edge - 1, x + 2); u += 1) if (!isCloth(u, v)) return false;
  }
  return true;
}

function meanShift(values: readonly Lab[]): Lab {
  let mode: Lab = [median(values, 0), median(values, 1), median(values, 2)];
  for (let step = 0; step < STEPS; step += 1) {
    const [L, a, b] = mode;
    const sum = [0, 0, 0, 0] as [number, number, number, number];
    for (const value of values) {
      const distance = (value[0] - L) ** 2 + (value[1] - a) ** 2 + (value[2] - b) ** 2;
      const weight = Math.exp(-distance / (2 * WIDTH));
      sum[0] += weight * value[0];
      sum[1] += weight * value[1];
      sum[2] += weight * value[2];
      sum[3] += weight;
    }
    mode = [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3]];
  }
  return mode;
}

/** The lower one of two middle values, as torch has it. */
function median(values: readonly Lab[], channel: 0 | 1 | 2): number {
  const sorted = values.map((value) => value[channel]).sort((one, other) => one - other);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
