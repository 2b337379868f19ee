import { finishGrain4, gainAt, grainAt, scaleAt, shiftAt } from './finish';
import { gemm } from './linear';

/**
 * A 3x3 convolution on NHWC pictures with a border of zeros: F(2x2, 3x3), sixteen products for four outputs instead
 * of thirty-six. Source: Lavin and Gray 2016, "Fast algorithms for convolutional neural networks", section 4.1.
 */

/** Floats of scratch: a tile, transformed inputs, products. */
export function winogradScratch(edge: i32, inputs: i32, outputs: i32): i32 {
  return 64 + 4 * edge * edge * (inputs + outputs);
}

/**
 * @param x [edge + 2][edge + 2][inputs]
 * @param w sixteen matrices, of G g G' row by row
 * @param out [edge + 2][edge + 2][outputs]
 */
export function winograd(
  x: usize,
  edge: i32,
  inputs: i32,
  w: usize,
  outputs: i32,
  out: usize,
  scratch: usize,
): void {
  const tiles = (edge * edge) / 4;
  const half = edge / 2;
  const pixel = (inputs as usize) << 2;
  const size = (outputs as usize) << 2;
  const from = scratch + 256;
  const input = (tiles as usize) * pixel;
  const products = from + input * 16;
  const product = (tiles as usize) * size;
  for (let tile = 0; tile < tiles; tile += 1) {
    const at = x + ((2 * (tile / half) * (edge + 2) + 2 * (tile % half)) as usize) * pixel;
    spread(at, ((edge + 2) as usize) * pixel, pixel, from + (tile as usize) * pixel, input, scratch);
  }
  for (let k: usize = 0; k < 16; k += 1) {
    gemm(
      from + k * input,
      0,
      1,
      tiles,
      inputs,
      w + k * pixel * (outputs as usize),
      outputs,
      products + k * product,
    );
  }
  for (let tile = 0; tile < tiles; tile += 1) {
    gather(
      products + (tile as usize) * size,
      product,
      2 * (tile / half),
      2 * (tile % half),
      edge,
      size,
      out,
      scratch,
    );
  }
}

/** B' d B of one tile, every channel. */
function spread(x: usize, row: usize, pixel: usize, to: usize, input: usize, t: usize): void {
  for (let at: usize = 0; at < pixel; at += 16) {
    for (let c: usize = 0; c < 4; c += 1) {
      const p = x + c * pixel + at;
      const d0 = v128.load(p);
      const d1 = v128.load(p + row);
      const d2 = v128.load(p + row * 2);
      const d3 = v128.load(p + row * 3);
      const q = t + (c << 4);
      v128.store(q, f32x4.sub(d0, d2));
      v128.store(q, f32x4.add(d1, d2), 64);
      v128.store(q, f32x4.sub(d2, d1), 128);
      v128.store(q, f32x4.sub(d1, d3), 192);
    }
    for (let r: usize = 0; r < 4; r += 1) {
      const p = t + (r << 6);
      const d0 = v128.load(p);
      const d1 = v128.load(p, 16);
      const d2 = v128.load(p, 32);
      const d3 = v128.load(p, 48);
      const q = to + r * 4 * input + at;
      v128.store(q, f32x4.sub(d0, d2));
      v128.store(q + input, f32x4.add(d1, d2));
      v128.store(q + input * 2, f32x4.sub(d2, d1));
      v128.store(q + input * 3, f32x4.sub(d1, d3));
    }
  }
}

/** A' m A of one tile, finished. */
function gather(
  m: usize,
  product: usize,
  y: i32,
  x: i32,
  edge: i32,
  size: usize,
  out: usize,
  t: usize,
): void {
  const wide = ((edge + 2) as usize) * size;
  const to = out + ((y + 1) as usize) * wide + ((x + 1) as usize) * size;
  const grain = grainAt + (((y * edge + x) as usize) << 2);
  for (let at: usize = 0; at < size; at += 16) {
    const scale = v128.load(scaleAt + at);
    const shift = v128.load(shiftAt + at);
    const gain = v128.load(gainAt + at);
    for (let c: usize = 0; c < 4; c += 1) {
      const p = m + c * product + at;
      const m1 = v128.load(p + product * 4);
      const m2 = v128.load(p + product * 8);
      v128.store(t + (c << 4), f32x4.add(f32x4.add(v128.load(p), m1), m2));
      v128.store(t + (c << 4), f32x4.sub(f32x4.sub(m1, m2), v128.load(p + product * 12)), 64);
    }
    for (let r: usize = 0; r < 2; r += 1) {
      const p = t + (r << 6);
      const m1 = v128.load(p, 16);
      const m2 = v128.load(p, 32);
      const even = f32x4.add(f32x4.add(v128.load(p), m1), m2);
      const odd = f32x4.sub(f32x4.sub(m1, m2), v128.load(p, 48));
      const g = grain + r * ((edge as usize) << 2);
      const q = to + r * wide + at;
      v128.store(q, finishGrain4(even, scale, shift, gain, v128.load32_splat(g)));
      v128.store(q + size, finishGrain4(odd, scale, shift, gain, v128.load32_splat(g, 4)));
    }
  }
}
