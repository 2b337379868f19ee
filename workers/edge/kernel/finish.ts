import { leaky4 } from './math';

/** What follows a convolution: style, noise, leaky ReLU. Pointers to one value per channel. */
export let scaleAt: usize = 0;
export let shiftAt: usize = 0;
export let gainAt: usize = 0;
/** One value per output pixel. */
export let grainAt: usize = 0;

/**
 * Takes the layer's style, [scale][shift] of `channels` each. The convolution's bias goes into the shift.
 * (x + bias) * scale + shift = x * scale + (bias * scale + shift).
 */
export function setFinish(style: usize, bias: usize, channels: i32): void {
  const size = (channels as usize) << 2;
  scaleAt = style;
  shiftAt = style + size;
  for (let at: usize = 0; at < size; at += 16) {
    const folded = f32x4.mul(v128.load(bias + at), v128.load(scaleAt + at));
    v128.store(shiftAt + at, f32x4.add(v128.load(shiftAt + at), folded));
  }
}

/** Noise on the layer that takes it. */
export function setGrain(gain: usize, grain: usize): void {
  gainAt = gain;
  grainAt = grain;
}

export function finish4(x: v128, scale: v128, shift: v128): v128 {
  return leaky4(f32x4.add(f32x4.mul(x, scale), shift));
}

export function finishGrain4(x: v128, scale: v128, shift: v128, gain: v128, grain: v128): v128 {
  return leaky4(f32x4.add(f32x4.add(f32x4.mul(x, scale), shift), f32x4.mul(grain, gain)));
}
