/**
 * The picture in planes, as VP8 codes it: Y at full size, U and V at half of it, side by side in one chroma plane each.
 * BT.601 in studio range, chroma of four pixels averaged. Source: ITU-R BT.601-7; the scale is 2^16.
 */
export const MOST_EDGE: i32 = 256;

/** [edge][edge] bytes. */
export const sourceY: usize = memory.data(MOST_EDGE * MOST_EDGE, 16);
/** [edge / 2][edge / 2] bytes. */
export const sourceU: usize = memory.data((MOST_EDGE * MOST_EDGE) / 4, 16);
export const sourceV: usize = memory.data((MOST_EDGE * MOST_EDGE) / 4, 16);

/**
 * @param rgba [edge][edge][4] bytes
 * @param edge a multiple of 8
 */
export function toPlanes(rgba: usize, edge: i32): void {
  const row = (edge as usize) << 2;
  let u = sourceU;
  let v = sourceV;
  for (let y = 0; y < edge; y += 2) {
    let above = rgba + (y as usize) * row;
    let below = above + row;
    let toAbove = sourceY + ((y * edge) as usize);
    let toBelow = toAbove + (edge as usize);
    for (let x = 0; x < edge; x += 8) {
      const a = v128.load(above);
      const b = v128.load(above, 16);
      const c = v128.load(below);
      const d = v128.load(below, 16);
      v128.store64_lane(toAbove, bytes(luma(a), luma(b)), 0);
      v128.store64_lane(toBelow, bytes(luma(c), luma(d)), 0);
      const red = foursome(a, b, c, d, 0);
      const green = foursome(a, b, c, d, 8);
      const blue = foursome(a, b, c, d, 16);
      v128.store32_lane(u, bytes(chroma(red, green, blue, -9719, -19081, 28800), red), 0);
      v128.store32_lane(v, bytes(chroma(red, green, blue, 28800, -24116, -4684), red), 0);
      above += 32;
      below += 32;
      toAbove += 8;
      toBelow += 8;
      u += 4;
      v += 4;
    }
  }
}

function channel(pixels: v128, shift: i32): v128 {
  return v128.and(i32x4.shr_u(pixels, shift), i32x4.splat(255));
}

function luma(pixels: v128): v128 {
  const red = i32x4.mul(channel(pixels, 0), i32x4.splat(16839));
  const green = i32x4.mul(channel(pixels, 8), i32x4.splat(33059));
  const blue = i32x4.mul(channel(pixels, 16), i32x4.splat(6420));
  const sum = i32x4.add(i32x4.add(red, green), i32x4.add(blue, i32x4.splat((16 << 16) + (1 << 15))));
  return i32x4.shr_s(sum, 16);
}

/** Sums of a channel over squares of four pixels: a and b above c and d. */
function foursome(a: v128, b: v128, c: v128, d: v128, shift: i32): v128 {
  const left = i32x4.add(channel(a, shift), channel(c, shift));
  const right = i32x4.add(channel(b, shift), channel(d, shift));
  return i32x4.add(v128.shuffle<i32>(left, right, 0, 2, 4, 6), v128.shuffle<i32>(left, right, 1, 3, 5, 7));
}

function chroma(red: v128, green: v128, blue: v128, r: i32, g: i32, b: i32): v128 {
  const warm = i32x4.add(i32x4.mul(red, i32x4.splat(r)), i32x4.mul(green, i32x4.splat(g)));
  const cold = i32x4.add(i32x4.mul(blue, i32x4.splat(b)), i32x4.splat((128 << 18) + (1 << 17)));
  return i32x4.shr_s(i32x4.add(warm, cold), 18);
}

/** Eight bytes from two vectors of integers, clamped. */
function bytes(low: v128, high: v128): v128 {
  const words = i16x8.narrow_i32x4_s(low, high);
  return i8x16.narrow_i16x8_u(words, words);
}
