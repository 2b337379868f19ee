/**
 * Catmull-Rom bicubic enlargement (a = -0.5) of Stage-I's picture: separable, on sRGB bytes, pixel centres aligned,
 * edges repeated. It passes through the source's values, so that a garment's colour stays, and is the sharpest kernel
 * of its width without visible ringing on soft edges.
 * Source: Keys 1981, "Cubic convolution interpolation for digital image processing".
 */
const EDGE: i32 = 64;
const MOST: i32 = 4;
const TAPS: i32 = 4;
/** Bytes of a pixel whose four channels are floats. */
const PIXEL: usize = 16;

/** [64][64][3] bytes of sRGB; four bytes more are read. */
export const sourceAt: usize = memory.data(EDGE * EDGE * 3 + 4, 16);
/** [64 factor][64 factor][4] bytes, alpha 255. */
export const targetAt: usize = memory.data(EDGE * EDGE * MOST * MOST * 4, 16);

/** A row of the source with its ends repeated: two pixels more at either end. */
const line: usize = memory.data((EDGE + 4) * 16, 16);
/** The source's rows, wide already: [64][64 factor][4] floats. */
const wide: usize = memory.data(EDGE * EDGE * MOST * 16, 16);
/** Weights of the four taps for each place between two pixels: [factor][4]. */
const taps: usize = memory.data(MOST * TAPS * 4, 16);

/** @param factor 1, 2 or 4 */
export function enlarge(factor: i32): void {
  const width = EDGE * factor;
  const rowBytes = (width as usize) * PIXEL;
  for (let phase = 0; phase < factor; phase += 1) weigh(phase, factor);
  for (let y = 0; y < EDGE; y += 1) {
    widen(sourceAt + ((y * EDGE * 3) as usize));
    stretch(wide + (y as usize) * rowBytes, factor);
  }
  let to = targetAt;
  for (let y = 0; y < EDGE; y += 1) {
    for (let phase = 0; phase < factor; phase += 1) {
      blend(y + firstOf(phase, factor), taps + ((phase * TAPS) as usize) * 4, rowBytes, to);
      to += (width as usize) << 2;
    }
  }
}

/** First of the four source pixels of a place, relative to the pixel that the place lies in. */
function firstOf(phase: i32, factor: i32): i32 {
  return 2 * phase + 1 < factor ? -2 : -1;
}

function weigh(phase: i32, factor: i32): void {
  const at = taps + ((phase * TAPS) as usize) * 4;
  // Distance from the second tap; a factor of 1 has its place on that tap.
  const place = ((phase as f32) + 0.5) / (factor as f32) - 0.5;
  const t = place < 0 ? place + 1 : place;
  store<f32>(at, ((-0.5 * t + 1) * t - 0.5) * t);
  store<f32>(at, (1.5 * t - 2.5) * t * t + 1, 4);
  store<f32>(at, ((-1.5 * t + 2) * t + 0.5) * t, 8);
  store<f32>(at, (0.5 * t - 0.5) * t * t, 12);
}

/** Bytes of a row -> `line`. */
function widen(from: usize): void {
  const first = line + PIXEL * 2;
  const alpha = i32x4(0, 0, 0, 255);
  for (let x: usize = 0; x < (EDGE as usize); x += 1) {
    const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from + x * 3)));
    const colour = i32x4.replace_lane(bytes, 3, 0);
    v128.store(first + x * PIXEL, f32x4.convert_i32x4_s(v128.or(colour, alpha)));
  }
  const left = v128.load(first);
  v128.store(line, left);
  v128.store(line, left, 16);
  const last = first + ((EDGE - 1) as usize) * PIXEL;
  const right = v128.load(last);
  v128.store(last, right, 16);
  v128.store(last, right, 32);
}

/** `line` -> `factor` times as many pixels. */
function stretch(to: usize, factor: i32): void {
  for (let phase = 0; phase < factor; phase += 1) {
    const weights = taps + ((phase * TAPS) as usize) * 4;
    const w0 = v128.load32_splat(weights);
    const w1 = v128.load32_splat(weights, 4);
    const w2 = v128.load32_splat(weights, 8);
    const w3 = v128.load32_splat(weights, 12);
    let from = line + ((2 + firstOf(phase, factor)) as usize) * PIXEL;
    let at = to + (phase as usize) * PIXEL;
    const step = (factor as usize) * PIXEL;
    const end = at + (EDGE as usize) * step;
    for (; at < end; at += step) {
      const left = f32x4.add(f32x4.mul(w0, v128.load(from)), f32x4.mul(w1, v128.load(from, 16)));
      const right = f32x4.add(f32x4.mul(w2, v128.load(from, 32)), f32x4.mul(w3, v128.load(from, 48)));
      v128.store(at, f32x4.add(left, right));
      from += PIXEL;
    }
  }
}

function rowOf(y: i32, rowBytes: usize): usize {
  return wide + (min(EDGE - 1, max(0, y)) as usize) * rowBytes;
}

/** Four wide rows from `first` on -> one of the target. */
function blend(first: i32, weights: usize, rowBytes: usize, to: usize): void {
  const w0 = v128.load32_splat(weights);
  const w1 = v128.load32_splat(weights, 4);
  const w2 = v128.load32_splat(weights, 8);
  const w3 = v128.load32_splat(weights, 12);
  let a = rowOf(first, rowBytes);
  let b = rowOf(first + 1, rowBytes);
  let c = rowOf(first + 2, rowBytes);
  let d = rowOf(first + 3, rowBytes);
  const end = a + rowBytes;
  while (a < end) {
    const p0 = mix(v128.load(a), v128.load(b), v128.load(c), v128.load(d), w0, w1, w2, w3);
    const p1 = mix(v128.load(a, 16), v128.load(b, 16), v128.load(c, 16), v128.load(d, 16), w0, w1, w2, w3);
    const p2 = mix(v128.load(a, 32), v128.load(b, 32), v128.load(c, 32), v128.load(d, 32), w0, w1, w2, w3);
    const p3 = mix(v128.load(a, 48), v128.load(b, 48), v128.load(c, 48), v128.load(d, 48), w0, w1, w2, w3);
    const low = i16x8.narrow_i32x4_s(p0, p1);
    const high = i16x8.narrow_i32x4_s(p2, p3);
    v128.store(to, i8x16.narrow_i16x8_u(low, high));
    a += 64;
    b += 64;
    c += 64;
    d += 64;
    to += 16;
  }
}

/** Rounded half to even; what is beyond 0..255 is clamped when it is narrowed. */
function mix(a: v128, b: v128, c: v128, d: v128, w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  const upper = f32x4.add(f32x4.mul(w0, a), f32x4.mul(w1, b));
  const lower = f32x4.add(f32x4.mul(w2, c), f32x4.mul(w3, d));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.add(upper, lower)));
}
