/**
 * The latent vector of a seed: equal to the bit in every engine and language, so that a seed means the same
 * picture in the Worker, in the service, in training reports and on hosted Replicate.
 *
 * Algorithm (`>>>` is a logical shift, all integers are unsigned 32-bit and wrap):
 *
 * 1. splitmix32 with `state = seed` makes the three words a, b, c in that order. One step is
 *    `state += 0x9e3779b9; z = state; z = (z ^ (z >>> 16)) * 0x21f0aaad; z = (z ^ (z >>> 15)) * 0x735a2d97;
 *    output z ^ (z >>> 15)`.
 * 2. sfc32 runs on a, b, c with `counter = 1`. One step is
 *    `t = a + b + counter; counter += 1; a = b ^ (b >>> 9); b = c + (c << 3); c = rotl(c, 21) + t; output t`.
 *    The first 12 outputs are thrown away.
 * 3. Each of the 96 values, in order, takes the next 12 outputs: the sum S of their upper 24 bits
 *    (`output >>> 8`) gives `S / 2^24 − 6`, rounded to float32. That is the sum of 12 uniforms minus 6
 *    (Irwin–Hall): mean 0, variance 1, within ±6. Only exact integer sums, a power of two and one rounding:
 *    no logarithm or cosine, whose last bits differ between engines.
 *
 * `gpu-service/training/latent.py` mirrors it in numpy; `test/shared/model/latent-golden.json` holds both to it.
 *
 * Sources: sfc32, Chris Doty-Humphrey, PractRand; splitmix32 finaliser constants, TheIronBorn (prospecting
 * for hash functions, issue 19).
 */

/** Values of z, the first part of the latent. */
export const Z_LENGTH = 64;
/** Values of the conditioning noise, the second part. */
export const NOISE_LENGTH = 32;
/** Length of the model's `latent` input. */
export const LATENT_LENGTH = Z_LENGTH + NOISE_LENGTH;

const DISCARDED = 12;
const UNIFORMS_PER_VALUE = 12;

/**
 * @param seed unsigned 32-bit integer
 * @returns 96 float32 values, about N(0, 1): z (64), then conditioning noise (32)
 */
export function latentForSeed(seed: number): Float32Array {
  const next = sfc32(seed);
  for (let i = 0; i < DISCARDED; i += 1) next();
  const latent = new Float32Array(LATENT_LENGTH);
  for (let i = 0; i < LATENT_LENGTH; i += 1) {
    let sum = 0;
    for (let k = 0; k < UNIFORMS_PER_VALUE; k += 1) sum += next() >>> 8;
    latent[i] = sum / 2 ** 24 - 6;
  }
  return latent;
}

function sfc32(seed: number): () => number {
  const word = splitmix32(seed);
  let a = word();
  let b = word();
  let c = word();
  let counter = 1;
  return () => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
    return z ^ (z >>> 15);
  };
}
