/**
 * Halves a square RGB picture: each pixel is the mean of 2×2 pixels, in sRGB bytes, halves rounded up. Integer
 * arithmetic, so that every port of it (Cog's predictor is one) gives equal bytes.
 * @param rgb edge × edge × 3 bytes, row by row
 * @param edge even
 * @returns (edge / 2) × (edge / 2) × 3 bytes
 */
export function halve(rgb: Uint8Array, edge: number): Uint8Array {
  const half = edge / 2;
  const stride = edge * 3;
  const out = new Uint8Array(half * half * 3);
  let to = 0;
  for (let y = 0; y < half; y += 1) {
    for (let x = 0; x < half; x += 1) {
      const from = 2 * y * stride + 6 * x;
      for (let channel = from; channel < from + 3; channel += 1) {
        const sum =
          at(rgb, channel) + at(rgb, channel + 3) + at(rgb, channel + stride) + at(rgb, channel + stride + 3);
        out[to] = (sum + 2) >> 2;
        to += 1;
      }
    }
  }
  return out;
}

const at = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;
