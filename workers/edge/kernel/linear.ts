import { leaky4 } from './math';

/**
 * Matrix products. Weights of `inputs` x `outputs` lie in blocks of eight outputs: [outputs / 8][inputs][8], so that
 * both kernels stream them. `inputs` is a multiple of 4, `outputs` of 8.
 */

/** y = W x + bias. */
export function gemv(x: usize, inputs: i32, w: usize, bias: usize, y: usize, outputs: i32): void {
  const end = x + ((inputs as usize) << 2);
  for (let block = 0; block < outputs; block += 8) {
    let a0 = v128.load(bias);
    let a1 = v128.load(bias, 16);
    let b0 = f32x4.splat(0);
    let b1 = b0;
    let c0 = b0;
    let c1 = b0;
    let d0 = b0;
    let d1 = b0;
    for (let at = x; at < end; at += 16) {
      let s = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(s, v128.load(w)));
      a1 = f32x4.add(a1, f32x4.mul(s, v128.load(w, 16)));
      s = v128.load32_splat(at, 4);
      b0 = f32x4.add(b0, f32x4.mul(s, v128.load(w, 32)));
      b1 = f32x4.add(b1, f32x4.mul(s, v128.load(w, 48)));
      s = v128.load32_splat(at, 8);
      c0 = f32x4.add(c0, f32x4.mul(s, v128.load(w, 64)));
      c1 = f32x4.add(c1, f32x4.mul(s, v128.load(w, 80)));
      s = v128.load32_splat(at, 12);
      d0 = f32x4.add(d0, f32x4.mul(s, v128.load(w, 96)));
      d1 = f32x4.add(d1, f32x4.mul(s, v128.load(w, 112)));
      w += 128;
    }
    v128.store(y, f32x4.add(f32x4.add(a0, b0), f32x4.add(c0, d0)));
    v128.store(y, f32x4.add(f32x4.add(a1, b1), f32x4.add(c1, d1)), 16);
    bias += 32;
    y += 32;
  }
}

export function leakyAll(x: usize, count: i32): void {
  const end = x + ((count as usize) << 2);
  for (; x < end; x += 16) v128.store(x, leaky4(v128.load(x)));
}

/**
 * m[rows * width][outputs] = v[rows][width][inputs] x W, where rows of v begin `rowBytes` apart. `width` is a
 * multiple of 4: four pixels by eight outputs are kept in registers.
 */
export function gemm(
  v: usize,
  rowBytes: usize,
  rows: i32,
  width: i32,
  inputs: i32,
  w: usize,
  outputs: i32,
  m: usize,
): void {
  const pixel = (inputs as usize) << 2;
  const target = (outputs as usize) << 2;
  for (let block = 0; block < outputs; block += 8) {
    let to = m + ((block as usize) << 2);
    for (let row = 0; row < rows; row += 1) {
      let a = v + (row as usize) * rowBytes;
      for (let x = 0; x < width; x += 4) {
        const next = a + pixel;
        let b = next;
        let c = b + pixel;
        let d = c + pixel;
        let u = w;
        let a0 = f32x4.splat(0);
        let a1 = a0;
        let b0 = a0;
        let b1 = a0;
        let c0 = a0;
        let c1 = a0;
        let d0 = a0;
        let d1 = a0;
        for (; a < next; a += 16) {
          let u0 = v128.load(u);
          let u1 = v128.load(u, 16);
          let s = v128.load32_splat(a);
          a0 = f32x4.add(a0, f32x4.mul(s, u0));
          a1 = f32x4.add(a1, f32x4.mul(s, u1));
          s = v128.load32_splat(b);
          b0 = f32x4.add(b0, f32x4.mul(s, u0));
          b1 = f32x4.add(b1, f32x4.mul(s, u1));
          s = v128.load32_splat(c);
          c0 = f32x4.add(c0, f32x4.mul(s, u0));
          c1 = f32x4.add(c1, f32x4.mul(s, u1));
          s = v128.load32_splat(d);
          d0 = f32x4.add(d0, f32x4.mul(s, u0));
          d1 = f32x4.add(d1, f32x4.mul(s, u1));

          u0 = v128.load(u, 32);
          u1 = v128.load(u, 48);
          s = v128.load32_splat(a, 4);
          a0 = f32x4.add(a0, f32x4.mul(s, u0));
          a1 = f32x4.add(a1, f32x4.mul(s, u1));
          s = v128.load32_splat(b, 4);
          b0 = f32x4.add(b0, f32x4.mul(s, u0));
          b1 = f32x4.add(b1, f32x4.mul(s, u1));
          s = v128.load32_splat(c, 4);
          c0 = f32x4.add(c0, f32x4.mul(s, u0));
          c1 = f32x4.add(c1, f32x4.mul(s, u1));
          s = v128.load32_splat(d, 4);
          d0 = f32x4.add(d0, f32x4.mul(s, u0));
          d1 = f32x4.add(d1, f32x4.mul(s, u1));

          u0 = v128.load(u, 64);
          u1 = v128.load(u, 80);
          s = v128.load32_splat(a, 8);
          a0 = f32x4.add(a0, f32x4.mul(s, u0));
          a1 = f32x4.add(a1, f32x4.mul(s, u1));
          s = v128.load32_splat(b, 8);
          b0 = f32x4.add(b0, f32x4.mul(s, u0));
          b1 = f32x4.add(b1, f32x4.mul(s, u1));
          s = v128.load32_splat(c, 8);
          c0 = f32x4.add(c0, f32x4.mul(s, u0));
          c1 = f32x4.add(c1, f32x4.mul(s, u1));
          s = v128.load32_splat(d, 8);
          d0 = f32x4.add(d0, f32x4.mul(s, u0));
          d1 = f32x4.add(d1, f32x4.mul(s, u1));

          u0 = v128.load(u, 96);
          u1 = v128.load(u, 112);
          s = v128.load32_splat(a, 12);
          a0 = f32x4.add(a0, f32x4.mul(s, u0));
          a1 = f32x4.add(a1, f32x4.mul(s, u1));
          s = v128.load32_splat(b, 12);
          b0 = f32x4.add(b0, f32x4.mul(s, u0));
          b1 = f32x4.add(b1, f32x4.mul(s, u1));
          s = v128.load32_splat(c, 12);
          c0 = f32x4.add(c0, f32x4.mul(s, u0));
          c1 = f32x4.add(c1, f32x4.mul(s, u1));
          s = v128.load32_splat(d, 12);
          d0 = f32x4.add(d0, f32x4.mul(s, u0));
          d1 = f32x4.add(d1, f32x4.mul(s, u1));

          b += 16;
          c += 16;
          d += 16;
          u += 128;
        }
        a = d;
        v128.store(to, a0);
        v128.store(to, a1, 16);
        to += target;
        v128.store(to, b0);
        v128.store(to, b1, 16);
        to += target;
        v128.store(to, c0);
        v128.store(to, c1, 16);
        to += target;
        v128.store(to, d0);
        v128.store(to, d1, 16);
        to += target;
      }
    }
    w += pixel << 3;
  }
}
