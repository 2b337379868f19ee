import { zigzag } from './vp8-tables';

/** Index of the quantiser, 0 to 127. Its steps are RFC 6386's, section 14.1; libwebp takes this one for quality 85. */
export const QUANTISER: i32 = 14;
const FIRST: i32 = 17;
const REST: i32 = 18;
/** Steps of the means' own block: twice the first, and 155 % of the rest. */
const MEANS_FIRST: i32 = FIRST * 2;
const MEANS_REST: i32 = (REST * 155) / 100;

const BITS: i32 = 17;
/** What is added before rounding down, of 256: less than a half, since zeros are cheap (libwebp's). */
const BIAS_LUMA: i32 = 110;
const BIAS_MEANS: i32 = 108;
const BIAS_CHROMA: i32 = 115;

export function quantiseLuma(block: usize, levels: usize): i32 {
  return quantise(block, levels, FIRST, REST, BIAS_LUMA);
}

export function quantiseMeans(block: usize, levels: usize): i32 {
  return quantise(block, levels, MEANS_FIRST, MEANS_REST, BIAS_MEANS);
}

export function quantiseChroma(block: usize, levels: usize): i32 {
  return quantise(block, levels, FIRST, REST, BIAS_CHROMA);
}

/**
 * Coefficients -> levels in the order in which they are sent, and in place what a decoder makes of them.
 * @param levels [16] int16, written only when one is not zero
 * @returns place of the last level that is not zero, -1 without any
 */
function quantise(block: usize, levels: usize, first: i32, rest: i32, bias: i32): i32 {
  const step = i32x4.splat(rest);
  const scale = i32x4.splat((1 << BITS) / rest);
  let any = level(
    block,
    i32x4.replace_lane(step, 0, first),
    i32x4.replace_lane(scale, 0, (1 << BITS) / first),
    bias,
  );
  any = v128.or(any, level(block + 16, step, scale, bias));
  any = v128.or(any, level(block + 32, step, scale, bias));
  any = v128.or(any, level(block + 48, step, scale, bias));
  if (!v128.any_true(any)) return -1;
  let last = -1;
  for (let n = 0; n < 16; n += 1) {
    const place = load<u8>(zigzag + (n as usize)) as usize;
    const value = load<i32>(block + (place << 2));
    const whole = value / (place === 0 ? first : rest);
    store<i16>(levels + ((n as usize) << 1), whole as i16);
    if (whole !== 0) last = n;
  }
  return last;
}

/** Four coefficients -> whole steps, in place. */
function level(at: usize, step: v128, scale: v128, bias: i32): v128 {
  const value = v128.load(at);
  const sign = i32x4.shr_s(value, 31);
  const size = i32x4.add(i32x4.mul(i32x4.abs(value), scale), i32x4.splat(bias << (BITS - 8)));
  const whole = i32x4.mul(i32x4.min_s(i32x4.shr_s(size, BITS), i32x4.splat(2047)), step);
  const signed = i32x4.sub(v128.xor(whole, sign), sign);
  v128.store(at, signed);
  return signed;
}
