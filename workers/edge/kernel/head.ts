/**
 * The last 3x3 convolution, to four channels: a picture with a border of zeros, NHWC, to four planes.
 * @param x [edge + 2][edge + 2][inputs], edge a multiple of 8
 * @param w [3][3][inputs][4]
 * @param planes [4][edge][edge]
 */
export function head(x: usize, edge: i32, inputs: i32, w: usize, bias: usize, planes: usize): void {
  const pixel = (inputs as usize) << 2;
  const row = ((edge + 2) as usize) * pixel;
  const plane = ((edge * edge) as usize) << 2;
  const start = v128.load(bias);
  for (let y = 0; y < edge; y += 1) {
    for (let block = 0; block < edge; block += 8) {
      let s0 = start;
      let s1 = start;
      let s2 = start;
      let s3 = start;
      let s4 = start;
      let s5 = start;
      let s6 = start;
      let s7 = start;
      let u = w;
      for (let tap = 0; tap < 3; tap += 1) {
        // Three neighbours of a row lie one after another.
        let a = x + ((y + tap) as usize) * row + (block as usize) * pixel;
        let b = a + pixel * 4;
        const end = a + pixel * 3;
        for (; a < end; a += 4) {
          const k = v128.load(u);
          s0 = f32x4.add(s0, f32x4.mul(k, v128.load32_splat(a)));
          s1 = f32x4.add(s1, f32x4.mul(k, v128.load32_splat(a + pixel)));
          s2 = f32x4.add(s2, f32x4.mul(k, v128.load32_splat(a + pixel * 2)));
          s3 = f32x4.add(s3, f32x4.mul(k, v128.load32_splat(a + pixel * 3)));
          s4 = f32x4.add(s4, f32x4.mul(k, v128.load32_splat(b)));
          s5 = f32x4.add(s5, f32x4.mul(k, v128.load32_splat(b + pixel)));
          s6 = f32x4.add(s6, f32x4.mul(k, v128.load32_splat(b + pixel * 2)));
          s7 = f32x4.add(s7, f32x4.mul(k, v128.load32_splat(b + pixel * 3)));
          b += 4;
          u += 16;
        }
      }
      storeTransposed(planes, plane, s0, s1, s2, s3);
      storeTransposed(planes + 16, plane, s4, s5, s6, s7);
      planes += 32;
    }
  }
}

function storeTransposed(to: usize, plane: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to + plane, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(to + plane * 2, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(to + plane * 3, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}
