/**
 * What VP8 predicts of a block from the pixels above it and to the left. Source: RFC 6386, section 12.
 * Decoded planes have a row more above, of 127, and columns more to the left, of 129.
 */
export const MEAN: i32 = 0;
export const VERTICAL: i32 = 1;
export const HORIZONTAL: i32 = 2;
export const GRADIENT: i32 = 3;

/** Bytes from a row of a prediction to the next. */
export const GUESS_STRIDE: usize = 16;
/** Columns to the left of a decoded plane. */
export const MARGIN: usize = 16;

/** Bytes from a prediction to the one of the plane beside it. */
export const GUESS_BYTES: usize = 256;

const guesses: usize = memory.data(4 * 2 * 256, 16);

/** The prediction that `choose` chose. */
export let guess: usize = 0;
/** Its squared error. */
export let fault: i32 = 0;

export function clearBorder(plane: usize, edge: i32): void {
  const stride = (edge as usize) + MARGIN;
  memory.fill(plane, 127, stride);
  for (let y: usize = 1; y <= (edge as usize); y += 1) store<u8>(plane + y * stride + MARGIN - 1, 129);
}

/**
 * The way of predicting that comes closest to the source.
 * @param size 16 or 8
 * @param sourceBeside source of a second plane, which is predicted in the same way; 0 for none
 */
export function choose(
  source: usize,
  sourceStride: usize,
  decoded: usize,
  stride: usize,
  size: i32,
  hasAbove: bool,
  hasLeft: bool,
  sourceBeside: usize,
  decodedBeside: usize,
): i32 {
  let best = MEAN;
  fault = i32.MAX_VALUE;
  for (let mode = MEAN; mode <= GRADIENT && fault > 0; mode += 1) {
    const at = guesses + (mode as usize) * 2 * GUESS_BYTES;
    predict(mode, decoded, stride, size, hasAbove, hasLeft, at);
    let error = squaredError(source, sourceStride, at, size);
    if (sourceBeside !== 0) {
      predict(mode, decodedBeside, stride, size, hasAbove, hasLeft, at + GUESS_BYTES);
      error += squaredError(sourceBeside, sourceStride, at + GUESS_BYTES, size);
    }
    if (error < fault) {
      best = mode;
      fault = error;
      guess = at;
    }
  }
  return best;
}

function predict(
  mode: i32,
  decoded: usize,
  stride: usize,
  size: i32,
  hasAbove: bool,
  hasLeft: bool,
  to: usize,
): void {
  if (mode === MEAN) mean(decoded, stride, size, hasAbove, hasLeft, to);
  else if (mode === VERTICAL) vertical(decoded, stride, size, to);
  else if (mode === HORIZONTAL) horizontal(decoded, stride, size, to);
  else gradient(decoded, stride, size, to);
}

function fill(to: usize, size: i32, row: v128): void {
  const end = to + (size as usize) * GUESS_STRIDE;
  for (; to < end; to += GUESS_STRIDE) v128.store(to, row);
}

function mean(decoded: usize, stride: usize, size: i32, hasAbove: bool, hasLeft: bool, to: usize): void {
  let sum = 0;
  let count = 0;
  if (hasAbove) {
    for (let x = 0; x < size; x += 1) sum += load<u8>(decoded - stride + (x as usize)) as i32;
    count += size;
  }
  if (hasLeft) {
    for (let y = 0; y < size; y += 1) sum += load<u8>(decoded + (y as usize) * stride - 1) as i32;
    count += size;
  }
  const value = count === 0 ? 128 : (sum + (count >> 1)) / count;
  fill(to, size, i8x16.splat(value as i8));
}

function vertical(decoded: usize, stride: usize, size: i32, to: usize): void {
  const above = decoded - stride;
  fill(to, size, size === 16 ? v128.load(above) : v128.load64_zero(above));
}

function horizontal(decoded: usize, stride: usize, size: i32, to: usize): void {
  for (let y = 0; y < size; y += 1) {
    v128.store(to, v128.load8_splat(decoded - 1));
    decoded += stride;
    to += GUESS_STRIDE;
  }
}

function gradient(decoded: usize, stride: usize, size: i32, to: usize): void {
  const above = decoded - stride;
  const corner = i16x8.splat(load<u8>(above - 1) as i16);
  const low = i16x8.sub(v128.load8x8_u(above), corner);
  const high = size === 16 ? i16x8.sub(v128.load8x8_u(above + 8), corner) : low;
  for (let y = 0; y < size; y += 1) {
    const left = i16x8.splat(load<u8>(decoded - 1) as i16);
    v128.store(to, i8x16.narrow_i16x8_u(i16x8.add(low, left), i16x8.add(high, left)));
    decoded += stride;
    to += GUESS_STRIDE;
  }
}

function squaredError(source: usize, stride: usize, from: usize, size: i32): i32 {
  let sum = i32x4.splat(0);
  for (let y = 0; y < size; y += 1) {
    let apart = i16x8.sub(v128.load8x8_u(source), v128.load8x8_u(from));
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(apart, apart));
    if (size === 16) {
      apart = i16x8.sub(v128.load8x8_u(source + 8), v128.load8x8_u(from + 8));
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(apart, apart));
    }
    source += stride;
    from += GUESS_STRIDE;
  }
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3))
  );
}
