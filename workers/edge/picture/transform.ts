/**
 * VP8's transforms of 4 x 4 blocks, as libwebp computes them (BSD; src/dsp/enc.c, src/dsp/dec.c): the inverse ones are
 * exact by RFC 6386, section 14, the forward ones are their counterparts. Blocks are sixteen int32, row by row.
 */

/** The rows of a block that is being turned. */
let r0: v128 = i32x4(0, 0, 0, 0);
let r1: v128 = i32x4(0, 0, 0, 0);
let r2: v128 = i32x4(0, 0, 0, 0);
let r3: v128 = i32x4(0, 0, 0, 0);

function transpose(): void {
  const a = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const c = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const d = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  r0 = v128.shuffle<i32>(a, c, 0, 1, 4, 5);
  r1 = v128.shuffle<i32>(a, c, 2, 3, 6, 7);
  r2 = v128.shuffle<i32>(b, d, 0, 1, 4, 5);
  r3 = v128.shuffle<i32>(b, d, 2, 3, 6, 7);
}

function keep(to: usize): void {
  v128.store(to, r0);
  v128.store(to, r1, 16);
  v128.store(to, r2, 32);
  v128.store(to, r3, 48);
}

function widened(from: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
}

/** Source less prediction -> coefficients. */
export function forward(source: usize, stride: usize, guess: usize, guessStride: usize, to: usize): void {
  r0 = i32x4.sub(widened(source), widened(guess));
  r1 = i32x4.sub(widened(source + stride), widened(guess + guessStride));
  r2 = i32x4.sub(widened(source + stride * 2), widened(guess + guessStride * 2));
  r3 = i32x4.sub(widened(source + stride * 3), widened(guess + guessStride * 3));
  transpose();
  let a0 = i32x4.add(r0, r3);
  let a1 = i32x4.add(r1, r2);
  let a2 = i32x4.sub(r1, r2);
  let a3 = i32x4.sub(r0, r3);
  r0 = i32x4.shl(i32x4.add(a0, a1), 3);
  r1 = turned(a2, 2217, a3, 5352, 1812, 9);
  r2 = i32x4.shl(i32x4.sub(a0, a1), 3);
  r3 = turned(a2, -5352, a3, 2217, 937, 9);
  transpose();
  a0 = i32x4.add(r0, r3);
  a1 = i32x4.add(r1, r2);
  a2 = i32x4.sub(r1, r2);
  a3 = i32x4.sub(r0, r3);
  const one = v128.andnot(i32x4.splat(1), i32x4.eq(a3, i32x4.splat(0)));
  r0 = i32x4.shr_s(i32x4.add(i32x4.add(a0, a1), i32x4.splat(7)), 4);
  r1 = i32x4.add(turned(a2, 2217, a3, 5352, 12_000, 16), one);
  r2 = i32x4.shr_s(i32x4.add(i32x4.sub(a0, a1), i32x4.splat(7)), 4);
  r3 = turned(a2, -5352, a3, 2217, 51_000, 16);
  keep(to);
}

function turned(a: v128, byA: i32, b: v128, byB: i32, round: i32, shift: i32): v128 {
  const sum = i32x4.add(i32x4.mul(a, i32x4.splat(byA)), i32x4.mul(b, i32x4.splat(byB)));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(round)), shift);
}

/** Coefficients -> prediction plus residual, in place of the prediction. */
export function inverse(from: usize, picture: usize, stride: usize): void {
  r0 = v128.load(from);
  r1 = v128.load(from, 16);
  r2 = v128.load(from, 32);
  r3 = v128.load(from, 48);
  half();
  transpose();
  r0 = i32x4.add(r0, i32x4.splat(4));
  half();
  transpose();
  add(picture, r0);
  add(picture + stride, r1);
  add(picture + stride * 2, r2);
  add(picture + stride * 3, r3);
}

function half(): void {
  const a = i32x4.add(r0, r2);
  const b = i32x4.sub(r0, r2);
  const c = i32x4.sub(by35468(r1), by20091(r3));
  const d = i32x4.add(by20091(r1), by35468(r3));
  r0 = i32x4.add(a, d);
  r1 = i32x4.add(b, c);
  r2 = i32x4.sub(b, c);
  r3 = i32x4.sub(a, d);
}

function by20091(x: v128): v128 {
  return i32x4.add(i32x4.shr_s(i32x4.mul(x, i32x4.splat(20_091)), 16), x);
}

function by35468(x: v128): v128 {
  return i32x4.shr_s(i32x4.mul(x, i32x4.splat(35_468)), 16);
}

function add(at: usize, residual: v128): void {
  const sum = i32x4.add(widened(at), i32x4.shr_s(residual, 3));
  const words = i16x8.narrow_i32x4_s(sum, sum);
  v128.store32_lane(at, i8x16.narrow_i16x8_u(words, words), 0);
}

/** The first coefficients of sixteen blocks -> their own transform. @param blocks [16] blocks */
export function forwardMeans(blocks: usize, to: usize): void {
  gather(blocks);
  transpose();
  sums();
  transpose();
  sums();
  r0 = i32x4.shr_s(r0, 1);
  r1 = i32x4.shr_s(r1, 1);
  r2 = i32x4.shr_s(r2, 1);
  r3 = i32x4.shr_s(r3, 1);
  keep(to);
}

/** Back into the sixteen blocks. */
export function inverseMeans(from: usize, blocks: usize): void {
  r0 = v128.load(from);
  r1 = v128.load(from, 16);
  r2 = v128.load(from, 32);
  r3 = v128.load(from, 48);
  mirrored();
  transpose();
  r0 = i32x4.add(r0, i32x4.splat(3));
  mirrored();
  transpose();
  scatter(r0, blocks);
  scatter(r1, blocks + 256);
  scatter(r2, blocks + 512);
  scatter(r3, blocks + 768);
}

function gather(blocks: usize): void {
  r0 = meansOf(blocks);
  r1 = meansOf(blocks + 256);
  r2 = meansOf(blocks + 512);
  r3 = meansOf(blocks + 768);
}

function meansOf(blocks: usize): v128 {
  let row = v128.load32_zero(blocks);
  row = v128.load32_lane(blocks + 64, row, 1);
  row = v128.load32_lane(blocks + 128, row, 2);
  return v128.load32_lane(blocks + 192, row, 3);
}

function scatter(row: v128, blocks: usize): void {
  const means = i32x4.shr_s(row, 3);
  v128.store32_lane(blocks, means, 0);
  v128.store32_lane(blocks + 64, means, 1);
  v128.store32_lane(blocks + 128, means, 2);
  v128.store32_lane(blocks + 192, means, 3);
}

function sums(): void {
  const a0 = i32x4.add(r0, r2);
  const a1 = i32x4.add(r1, r3);
  const a2 = i32x4.sub(r1, r3);
  const a3 = i32x4.sub(r0, r2);
  r0 = i32x4.add(a0, a1);
  r1 = i32x4.add(a3, a2);
  r2 = i32x4.sub(a3, a2);
  r3 = i32x4.sub(a0, a1);
}

function mirrored(): void {
  const a0 = i32x4.add(r0, r3);
  const a1 = i32x4.add(r1, r2);
  const a2 = i32x4.sub(r1, r2);
  const a3 = i32x4.sub(r0, r3);
  r0 = i32x4.add(a0, a1);
  r1 = i32x4.add(a3, a2);
  r2 = i32x4.sub(a0, a1);
  r3 = i32x4.sub(a3, a2);
}
