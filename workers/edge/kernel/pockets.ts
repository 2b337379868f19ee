import { sigmoid4 } from './math';
import { take } from './memory';

/** The seams of a cargo garment's pockets, as gpu-service/training/details.py draws them at 64 px; lengths are px. */

const EDGE: usize = 64;
const ROW: usize = EDGE << 2;
/** Of a pocket, over the garment's width and, its top, over its height too. */
const DEPTH: f32 = 0.22;
const TALL: f32 = 0.34;
const FLAP: f32 = 0.34 * 0.3;
const TOP_HEIGHT: f32 = 0.34;
const TOP_WIDTH: f32 = 0.18;
const SEAM: f32 = 0.3;
const STEEP: f32 = 6;
const WITHIN: f32 = -8;
const SEAM_LIGHT: f32 = 9;
/** A ground under it has seams that are lighter. */
const DARK: f32 = 15;

/** Garment in a row, at its most opaque and in all. */
let rows: usize = 0;
let across: usize = 0;

export function planPockets(): void {
  rows = take(EDGE as i32);
  across = take(EDGE as i32);
}

/**
 * @param sides [EDGE][EDGE], as `measureSides` leaves them
 * @param base the ground's Lab
 */
export function addPockets(planes: usize, sides: usize, base: usize): void {
  const alpha = planes + ((EDGE * EDGE * 3) << 2);
  const height = measureRows(alpha);
  const width = sum(across) / max(height, 1 as f32);
  const half = width * (TALL / 2);
  const depth = f32x4.splat(width * DEPTH);
  const step = f32x4.splat(load<f32>(base) < DARK ? SEAM_LIGHT : -SEAM_LIGHT);
  let down: f32 = -(height * TOP_HEIGHT + width * TOP_WIDTH);
  for (let y: usize = 0; y < EDGE; y += 1) {
    const here = load<f32>(rows + (y << 2));
    down += here * (0.5 as f32);
    const beyond = f32x4.splat(abs(down - half) - half);
    const flap = seam(f32x4.splat(down - width * FLAP));
    for (let x = y * ROW; x < (y + 1) * ROW; x += 16) {
      const off = f32x4.max(f32x4.sub(v128.load(sides + x), depth), beyond);
      const within = sigmoid4(f32x4.mul(off, f32x4.splat(WITHIN)));
      const seams = f32x4.max(seam(off), f32x4.mul(flap, within));
      v128.store(planes + x, f32x4.add(v128.load(planes + x), f32x4.mul(seams, step)));
    }
    down += here * (0.5 as f32);
  }
}

/** Fills `rows` and `across`; returns the garment's height. */
function measureRows(alpha: usize): f32 {
  for (let y: usize = 0; y < EDGE; y += 1) {
    let most: f32 = 0;
    let whole: f32 = 0;
    for (let x = y * ROW; x < (y + 1) * ROW; x += 4) {
      const value = load<f32>(alpha + x);
      most = max(most, value);
      whole += value;
    }
    store<f32>(rows + (y << 2), most);
    store<f32>(across + (y << 2), whole);
  }
  return sum(rows);
}

function sum(values: usize): f32 {
  let total: f32 = 0;
  for (let at: usize = 0; at < ROW; at += 4) total += load<f32>(values + at);
  return total;
}

function seam(away: v128): v128 {
  const near = f32x4.sub(f32x4.splat(SEAM), f32x4.abs(away));
  return sigmoid4(f32x4.mul(near, f32x4.splat(STEEP)));
}
