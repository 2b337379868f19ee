/** Convolution kernels in the forms that the engine multiplies. A matrix is [outputs][inputs], row by row. */

/** How far, of its largest tap, binary16 rounding may take a kernel from an upsampled one. */
const TOLERANCE = 2 ** -8;

/**
 * Transposed kernel [inputs, outputs, 4, 4] of nearest x2 upsampling and a 3x3 convolution -> nine matrices of
 * products: (w0, S, -w2) down by (w0, S, -w2) across (workers/edge/kernel/up-block.ts).
 *
 * The taps k of such a kernel are w2, w1 + w2, w0 + w1, w0 along each axis, so that k0 + k2 = k1 + k3. Rounding
 * disturbs that; the nearest kernel that has it is taken (its orthogonal projection).
 * @throws when the kernel is another one
 */
export function upsampledKernel(taps: Float32Array, inputs: number, outputs: number): Float32Array[] {
  const matrices = Array.from({ length: 9 }, () => new Float32Array(inputs * outputs));
  let largest = 0;
  let furthest = 0;
  for (let i = 0; i < inputs; i += 1) {
    for (let o = 0; o < outputs; o += 1) {
      const at = (i * outputs + o) * 16;
      const kernel = taps.subarray(at, at + 16);
      for (const tap of kernel) largest = Math.max(largest, Math.abs(tap));
      const rows = [0, 4, 8, 12].map((row) => products(kernel.subarray(row, row + 4)));
      furthest = Math.max(furthest, ...rows.map(({ fault }) => fault));
      for (let across = 0; across < 3; across += 1) {
        const down = products(rows.map(({ values }) => values[across] ?? 0));
        furthest = Math.max(furthest, down.fault / 2);
        down.values.forEach((value, row) => {
          const matrix = matrices[row * 3 + across];
          if (matrix !== undefined) matrix[o * inputs + i] = value;
        });
      }
    }
  }
  if (furthest > TOLERANCE * largest) {
    throw new Error('a transposed convolution is none of an upsampled picture with a 3x3 kernel');
  }
  return matrices;
}

function products(taps: ArrayLike<number>): { readonly values: readonly number[]; readonly fault: number } {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = Array.from(taps);
  const excess = (k0 + k2 - k1 - k3) / 4;
  return { values: [k3 + excess, k1 + k3 + 2 * excess, excess - k0], fault: Math.abs(excess) };
}

/** G of Winograd's F(2, 3). */
const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
] as const;

/** Kernel [outputs, inputs, 3, 3] -> the sixteen matrices of G g G'. */
export function winogradKernel(taps: Float32Array, inputs: number, outputs: number): Float32Array[] {
  return G.flatMap((down) =>
    G.map((across) => {
      const matrix = new Float32Array(inputs * outputs);
      for (let at = 0; at < matrix.length; at += 1) {
        let sum = 0;
        for (let tap = 0; tap < 9; tap += 1) {
          sum += (down[Math.floor(tap / 3)] ?? 0) * (across[tap % 3] ?? 0) * (taps[at * 9 + tap] ?? 0);
        }
        matrix[at] = sum;
      }
      return matrix;
    }),
  );
}
