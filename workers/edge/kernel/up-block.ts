import { finish4, scaleAt, shiftAt } from './finish';
import { gemm } from './linear';

/**
 * Nearest x2 upsampling and a 3x3 convolution, on NHWC pictures with a border of zeros one pixel wide.
 *
 * Along one axis, with the kernel w and neighbours x: the even output is w0 x[i-1] + (w1 + w2) x[i], the odd one
 * (w0 + w1) x[i] + w2 x[i+1]. With S = w0 + w1 + w2 and d[i] = x[i-1] - x[i] they are w0 d[i] + S x[i] and
 * S x[i] - w2 d[i+1]: three products for two outputs. Along both axes nine make four outputs, where the four phases
 * of the transposed convolution take sixteen and the convolution as written thirty-six.
 */

/** Input pixels of one strip: its products stay in the second-level cache. */
export const STRIP: i32 = 64;

function subtract(a: usize, b: usize, to: usize, floats: i32): void {
  const end = to + ((floats as usize) << 2);
  for (; to < end; to += 16) {
    v128.store(to, f32x4.sub(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
}

/** Floats of scratch that a layer needs: differences, then products. */
export function upScratch(edge: i32, inputs: i32, outputs: i32): i32 {
  const rows = min(edge, STRIP / edge);
  return 3 * (rows + 1) * (edge + 2) * inputs + inputs + 9 * rows * edge * outputs;
}

/**
 * @param x [edge + 2][edge + 2][inputs]
 * @param w nine matrices, row by row: (w0, S, -w2) down by (w0, S, -w2) across
 * @param out [2 edge + 2][2 edge + 2][outputs]
 */
export function upBlock(
  x: usize,
  edge: i32,
  inputs: i32,
  w: usize,
  outputs: i32,
  out: usize,
  scratch: usize,
): void {
  const rows = min(edge, STRIP / edge);
  const pixel = (inputs as usize) << 2;
  const rowFloats = (edge + 2) * inputs;
  const row = (rowFloats as usize) << 2;
  const across = scratch;
  const down = across + row * (rows as usize) + pixel;
  const both = down + row * ((rows + 1) as usize) + pixel;
  const products = both + row * ((rows + 1) as usize);
  const matrix = ((inputs * outputs) as usize) << 2;
  const product = ((rows * edge * outputs) as usize) << 2;
  for (let y = 0; y < edge; y += rows) {
    const above = x + (y as usize) * row;
    const here = above + row;
    // Also over the border, whose last difference nothing reads.
    subtract(here, here + pixel, across, rows * rowFloats);
    subtract(above, here, down, (rows + 1) * rowFloats);
    subtract(down, down + pixel, both, (rows + 1) * rowFloats);
    gemm(both, row, rows, edge, inputs, w, outputs, products);
    gemm(down + pixel, row, rows, edge, inputs, w + matrix, outputs, products + product);
    gemm(both + pixel, row, rows, edge, inputs, w + matrix * 2, outputs, products + product * 2);
    gemm(across, row, rows, edge, inputs, w + matrix * 3, outputs, products + product * 3);
    gemm(here + pixel, row, rows, edge, inputs, w + matrix * 4, outputs, products + product * 4);
    gemm(across + pixel, row, rows, edge, inputs, w + matrix * 5, outputs, products + product * 5);
    gemm(both + row, row, rows, edge, inputs, w + matrix * 6, outputs, products + product * 6);
    gemm(down + row + pixel, row, rows, edge, inputs, w + matrix * 7, outputs, products + product * 7);
    gemm(both + row + pixel, row, rows, edge, inputs, w + matrix * 8, outputs, products + product * 8);
    for (let r = 0; r < rows; r += 1) {
      combine(products + (r as usize) * (product / (rows as usize)), product, y + r, edge, outputs, out);
    }
  }
}

/** One input row's products -> two finished output rows. */
function combine(m: usize, product: usize, y: i32, edge: i32, outputs: i32, out: usize): void {
  const size = (outputs as usize) << 2;
  const wide = ((2 * edge + 2) as usize) * size;
  let to = out + ((2 * y + 1) as usize) * wide + size;
  for (let x = 0; x < edge; x += 1) {
    for (let at: usize = 0; at < size; at += 16) {
      const scale = v128.load(scaleAt + at);
      const shift = v128.load(shiftAt + at);
      let p = m + at;
      let middle = v128.load(p + product);
      const even0 = f32x4.add(v128.load(p), middle);
      const odd0 = f32x4.add(v128.load(p + product * 2), middle);
      p += product * 3;
      middle = v128.load(p + product);
      const even1 = f32x4.add(v128.load(p), middle);
      const odd1 = f32x4.add(v128.load(p + product * 2), middle);
      p += product * 3;
      middle = v128.load(p + product);
      const even2 = f32x4.add(v128.load(p), middle);
      const odd2 = f32x4.add(v128.load(p + product * 2), middle);
      const q = to + at;
      v128.store(q, finish4(f32x4.add(even0, even1), scale, shift));
      v128.store(q + size, finish4(f32x4.add(odd0, odd1), scale, shift));
      v128.store(q + wide, finish4(f32x4.add(even1, even2), scale, shift));
      v128.store(q + wide + size, finish4(f32x4.add(odd1, odd2), scale, shift));
    }
    m += size;
    to += size * 2;
  }
}
