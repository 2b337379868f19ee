import type { Lab } from '../../../shared/contract/picture.ts';

/**
 * sRGB bytes ↔ CIELAB under D65 for whole planes. culori does the same one colour at a time and allocates an
 * object each; a catalogue has some 10⁹ pixels, so the transfer curve and the cube root come from tables here.
 * Agreement with culori's `lab65` is within 0.02 (test).
 */
const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const v = byte / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

const WHITE_X = 0.9504559270516717;
const WHITE_Z = 1.0890577507598784;

const CUBE_STEPS = 16_384;
const f = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : (24_389 / 27 / 116) * t + 16 / 116);
const CUBE = Float32Array.from({ length: CUBE_STEPS + 2 }, (_, i) => f(i / CUBE_STEPS));

function cube(t: number): number {
  const at = t * CUBE_STEPS;
  const index = at | 0;
  const low = CUBE[index] ?? 1;
  const high = CUBE[index + 1] ?? low;
  return low + (high - low) * (at - index);
}

/** One sRGB byte triple to Lab (D65), written into `out` at `at`, `at + 1`, `at + 2`. */
export function labInto(out: Float32Array, at: number, r8: number, g8: number, b8: number): void {
  const r = LINEAR[r8] ?? 0;
  const g = LINEAR[g8] ?? 0;
  const b = LINEAR[b8] ?? 0;
  const x = cube((0.4123907992659593 * r + 0.357584339383878 * g + 0.1804807884018343 * b) / WHITE_X);
  const y = cube(0.2126390058715102 * r + 0.715168678767756 * g + 0.0721923153607337 * b);
  const z = cube((0.0193308187155918 * r + 0.119194779794626 * g + 0.9505321522496607 * b) / WHITE_Z);
  out[at] = 116 * y - 16;
  out[at + 1] = 500 * (x - y);
  out[at + 2] = 200 * (y - z);
}

/** Interleaved Lab of interleaved pixels with `channels` bytes each (the first three are sRGB). */
export function labPlane(pixels: Uint8Array, channels: number): Float32Array {
  const count = pixels.length / channels;
  const lab = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    const p = i * channels;
    labInto(lab, i * 3, pixels[p] ?? 0, pixels[p + 1] ?? 0, pixels[p + 2] ?? 0);
  }
  return lab;
}

export const roundedLab = (lab: Lab): Lab => [round2(lab[0]), round2(lab[1]), round2(lab[2])];
export const round2 = (value: number): number => Math.round(value * 100) / 100 + 0;
