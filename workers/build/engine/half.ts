/** IEEE 754 binary16 in 16 bits; Node 22 has no Float16Array. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** @throws when the bits are an infinity or no number */
export function fromHalf(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  if (exponent === 0x1f) throw new Error('a weight is not finite');
  const fraction = half & 0x3ff;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -size : size;
}

/**
 * Rounds half to even.
 * @throws when the value is too large, or no number
 */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = ((bits[0] ?? 0) >>> 16) & 0x8000;
  const size = Math.abs(float[0] ?? 0);
  if (!(size < 65_520)) throw new Error(`${value} is beyond binary16`);
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const units = evenly(size / 2 ** (exponent - 10));
  // A fraction that rounds up to 2048 carries into the exponent, as it should; subnormals begin at 0.
  return sign | (units + ((exponent + 14) << 10));
}

function evenly(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
