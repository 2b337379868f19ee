/** Taps of the Catmull-Rom kernel. */
const TAPS = 4;

/**
 * Enlarges a square RGB picture by a whole factor: separable Catmull-Rom bicubic (a = −0.5) on sRGB bytes, pixel
 * centres aligned, edges repeated. It passes through the source's values, so that a garment's colour stays, and is
 * the sharpest kernel of its width without visible ringing on soft Stage-I edges.
 *
 * Source: Keys 1981, "Cubic convolution interpolation for digital image processing".
 * @param rgb edge × edge × 3 bytes, row by row
 */
export function upscale(rgb: Uint8Array, edge: number, factor: number): Uint8Array {
  if (factor === 1) return rgb;
  const size = edge * factor;
  const phases = Array.from({ length: factor }, (_, phase) => phaseOf(phase, factor));
  const wide = new Float32Array(edge * size * 3);
  for (let y = 0; y < edge; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const { first, weights } = at(phases, x, factor);
      for (let c = 0; c < 3; c += 1) {
        let sum = 0;
        for (let k = 0; k < TAPS; k += 1) {
          sum += (weights[k] ?? 0) * (rgb[(y * edge + clamp(first + k, edge)) * 3 + c] ?? 0);
        }
        wide[(y * size + x) * 3 + c] = sum;
      }
    }
  }
  const stride = size * 3;
  const out = new Uint8ClampedArray(size * stride);
  for (let y = 0; y < size; y += 1) {
    const { first, weights } = at(phases, y, factor);
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = weights;
    const r0 = clamp(first, edge) * stride;
    const r1 = clamp(first + 1, edge) * stride;
    const r2 = clamp(first + 2, edge) * stride;
    const r3 = clamp(first + 3, edge) * stride;
    for (let i = 0; i < stride; i += 1) {
      out[y * stride + i] =
        w0 * (wide[r0 + i] ?? 0) +
        w1 * (wide[r1 + i] ?? 0) +
        w2 * (wide[r2 + i] ?? 0) +
        w3 * (wide[r3 + i] ?? 0);
    }
  }
  return new Uint8Array(out.buffer);
}

interface Phase {
  /** First source pixel, relative to the source pixel that the target lies in. */
  readonly first: number;
  readonly weights: readonly number[];
}

function phaseOf(phase: number, factor: number): Phase {
  const position = (phase + 0.5) / factor - 0.5;
  const floor = Math.floor(position);
  const t = position - floor;
  const weights = [1 + t, t, 1 - t, 2 - t].map(catmullRom);
  return { first: floor - 1, weights };
}

function at(phases: readonly Phase[], target: number, factor: number): Phase {
  const { first, weights } = phases[target % factor] ?? { first: 0, weights: [] };
  return { first: Math.floor(target / factor) + first, weights };
}

const catmullRom = (d: number): number =>
  d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;

const clamp = (index: number, edge: number): number => Math.min(edge - 1, Math.max(0, index));
