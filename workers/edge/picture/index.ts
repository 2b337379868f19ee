/**
 * From Stage-I's picture to a file in WASM SIMD. The host writes 64 x 64 pixels at `sourceAt`. `webp` leaves a file at
 * `fileAt`. For a PNG, `rows` leaves at `rowsAt` what the host deflates; it writes the outcome at `deflatedAt`, and `png`
 * makes a file of it. `xxh32` sums what the host writes at `fileAt`. All memory is there from the start.
 */
import { enlarge, sourceAt, targetAt } from './enlarge';
import { DATA_OFFSET, filterRows, putPng } from './png';
import { encodeWebp } from './webp';
import { xxh32 as sum } from './xxh32';

const EDGE: i32 = 64;
const MOST_EDGE: i32 = 256;

export { enlarge, sourceAt };
/** [64 factor][64 factor][4] bytes, once enlarged. */
export const pixelsAt: usize = targetAt;
/** [64 factor][1 + 192 factor] bytes. */
export const rowsAt: usize = memory.data(MOST_EDGE * (1 + MOST_EDGE * 3) + 1);
/** More than rows that cannot be deflated need, and than 384 samples for each of 256 macroblocks. */
export const fileAt: usize = memory.data(MOST_EDGE * 1024, 16);
export const fileRoom: i32 = MOST_EDGE * 1024;
export const deflatedAt: usize = fileAt + DATA_OFFSET;

/** Enlarges and encodes. @param factor 1, 2 or 4. Returns the bytes of the file. */
export function webp(factor: i32): i32 {
  enlarge(factor);
  return encodeWebp(targetAt, EDGE * factor, fileAt);
}

/** Enlarges and filters. @param factor 1, 2 or 4. Returns the bytes to deflate. */
export function rows(factor: i32): i32 {
  enlarge(factor);
  filterRows(targetAt, EDGE * factor, rowsAt);
  return EDGE * factor * (1 + EDGE * factor * 3);
}

/** @param deflated the bytes at `deflatedAt`. Returns the bytes of the file. */
export function png(factor: i32, deflated: i32): i32 {
  return putPng(fileAt, EDGE * factor, deflated);
}

/** Of so many bytes at `fileAt`, `fileRoom` at most. */
export function xxh32(length: i32, seed: u32): u32 {
  return sum(fileAt, length, seed);
}
