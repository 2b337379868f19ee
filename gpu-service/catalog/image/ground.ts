import type { Grid } from './morphology.ts';

/**
 * The ground of a product picture: per sRGB channel a quadratic surface over the picture
 * (c₀ + c₁x + c₂y + c₃x² + c₄xy + c₅y², x and y in −1..1), because studio grounds fall off towards the corners.
 */
export interface Ground {
  readonly coefficients: readonly [Float64Array, Float64Array, Float64Array];
  /** Share of border pixels that lie on the surface; below about a half the ground is not plain. */
  readonly plain: number;
}

const TERMS = 6;
/** A border pixel further than this (sRGB units, largest channel) from the surface is not ground. */
const TOLERANCE = 7;

/**
 * Estimates the ground from the border ring by iterated least squares with rejection; `hint` (sRGB, 0..255)
 * is the catalogue's own value where it has one.
 */
export function estimateGround(
  pixels: Uint8Array,
  channels: number,
  grid: Grid,
  hint: readonly [number, number, number] | null,
): Ground {
  const ring = ringOf(grid);
  const start = hint ?? commonColor(pixels, channels, ring);
  const coefficients: [Float64Array, Float64Array, Float64Array] = [
    flat(start[0]),
    flat(start[1]),
    flat(start[2]),
  ];
  for (const tolerance of [18, 10, TOLERANCE]) {
    const inliers = ring.filter((at) => distance(pixels, channels, grid, coefficients, at) <= tolerance);
    if (inliers.length < Math.max(24, ring.length * 0.08)) break;
    fit(inliers, grid, pixels, channels)?.forEach((fitted, channel) => {
      coefficients[channel as 0 | 1 | 2] = fitted;
    });
  }
  const off = ring.map((at) => (distance(pixels, channels, grid, coefficients, at) > TOLERANCE ? 1 : 0));
  return { coefficients, plain: 1 - mean(off) };
}

/** Value of a surface at a pixel, in sRGB units. */
export function groundAt(c: Float64Array, x: number, y: number, { width, height }: Grid): number {
  const u = (2 * x) / Math.max(1, width - 1) - 1;
  const v = (2 * y) / Math.max(1, height - 1) - 1;
  return (
    (c[0] ?? 0) +
    (c[1] ?? 0) * u +
    (c[2] ?? 0) * v +
    (c[3] ?? 0) * u * u +
    (c[4] ?? 0) * u * v +
    (c[5] ?? 0) * v * v
  );
}

function flat(value: number): Float64Array {
  const c = new Float64Array(TERMS);
  c[0] = value;
  return c;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pixels within 3 % of the border (at least 2), every second one on large pictures. */
function ringOf({ width, height }: Grid): number[] {
  const band = Math.max(2, Math.round(Math.min(width, height) * 0.03));
  const step = width * height > 60_000 ? 2 : 1;
  const ring: number[] = [];
  for (let y = 0; y < height; y += step) {
    const whole = y < band || y >= height - band;
    for (let x = 0; x < width; x += step) {
      if (whole || x < band || x >= width - band) ring.push(y * width + x);
    }
  }
  return ring;
}

/** The fullest cell of a coarse colour histogram of the ring, refined to the mean of its members. */
function commonColor(
  pixels: Uint8Array,
  channels: number,
  ring: readonly number[],
): [number, number, number] {
  const cells = new Map<number, [number, number, number, number]>();
  for (const at of ring) {
    const p = at * channels;
    const r = pixels[p] ?? 0;
    const g = pixels[p + 1] ?? 0;
    const b = pixels[p + 2] ?? 0;
    const key = ((r + 8) >> 4) * 1024 + ((g + 8) >> 4) * 32 + ((b + 8) >> 4);
    const cell = cells.get(key) ?? [0, 0, 0, 0];
    cell[0] += r;
    cell[1] += g;
    cell[2] += b;
    cell[3]++;
    cells.set(key, cell);
  }
  let best: [number, number, number, number] = [255, 255, 255, 1];
  let most = 0;
  for (const cell of cells.values()) {
    if (cell[3] > most) {
      most = cell[3];
      best = cell;
    }
  }
  return [best[0] / best[3], best[1] / best[3], best[2] / best[3]];
}

function distance(
  pixels: Uint8Array,
  channels: number,
  grid: Grid,
  coefficients: readonly Float64Array[],
  at: number,
): number {
  const y = Math.floor(at / grid.width);
  const x = at - y * grid.width;
  let most = 0;
  coefficients.forEach((c, channel) => {
    most = Math.max(
      most,
      Math.abs((pixels[at * channels + channel] ?? 0) - Math.min(255, groundAt(c, x, y, grid))),
    );
  });
  return most;
}

/** Least squares of the six terms over the given pixels, for the three channels at once; null when undetermined. */
function fit(
  at: readonly number[],
  { width, height }: Grid,
  pixels: Uint8Array,
  channels: number,
): [Float64Array, Float64Array, Float64Array] | null {
  const columns = TERMS + 3;
  const normal = new Float64Array(TERMS * columns);
  const term = new Float64Array(columns);
  for (const index of at) {
    const y = Math.floor(index / width);
    const u = (2 * (index - y * width)) / Math.max(1, width - 1) - 1;
    const v = (2 * y) / Math.max(1, height - 1) - 1;
    term[0] = 1;
    term[1] = u;
    term[2] = v;
    term[3] = u * u;
    term[4] = u * v;
    term[5] = v * v;
    for (let channel = 0; channel < 3; channel++)
      term[TERMS + channel] = pixels[index * channels + channel] ?? 0;
    for (let i = 0; i < TERMS; i++) {
      const ti = term[i] ?? 0;
      for (let j = 0; j < columns; j++)
        normal[i * columns + j] = (normal[i * columns + j] ?? 0) + ti * (term[j] ?? 0);
    }
  }
  // A little ridge keeps the surface tame where only two borders show ground.
  for (let i = 1; i < TERMS; i++)
    normal[i * columns + i] = (normal[i * columns + i] ?? 0) + at.length * 0.002;
  const rows = Array.from({ length: TERMS }, (_, i) => normal.slice(i * columns, (i + 1) * columns));
  return solve(rows);
}

/** Gauss-Jordan elimination with pivoting on a matrix augmented by three right-hand sides. */
function solve(rows: Float64Array[]): [Float64Array, Float64Array, Float64Array] | null {
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let j = i + 1; j < size; j++) {
      if (Math.abs(rows[j]?.[i] ?? 0) > Math.abs(rows[pivot]?.[i] ?? 0)) pivot = j;
    }
    const top = rows[pivot];
    const here = rows[i];
    if (top === undefined || here === undefined || Math.abs(top[i] ?? 0) < 1e-9) return null;
    rows[pivot] = here;
    rows[i] = top;
    rows.forEach((row, j) => {
      if (j === i) return;
      const factor = (row[i] ?? 0) / (top[i] ?? 1);
      for (let k = i; k < row.length; k++) row[k] = (row[k] ?? 0) - factor * (top[k] ?? 0);
    });
  }
  const side = (channel: number): Float64Array =>
    Float64Array.from(rows, (row, i) => (row[size + channel] ?? 0) / (row[i] ?? 1));
  return [side(0), side(1), side(2)];
}
