import { exp4, log4, sigmoid4, sum4, tanh4 } from './math';

/**
 * The head's planes -> residuals around the base colour and alpha, in place; returns nothing but the robust mean of
 * the residuals in `mean` [3].
 * @param settings range of L, range of a and b, -1 / (2 width^2) of the weight's bell
 */
export function residuals(planes: usize, pixels: i32, settings: usize, mean: usize): void {
  const plane = (pixels as usize) << 2;
  const light = v128.load32_splat(settings);
  const chroma = v128.load32_splat(settings, 4);
  const bell = v128.load32_splat(settings, 8);
  const half = f32x4.splat(0.5);
  let sumL = f32x4.splat(0);
  let sumA = sumL;
  let sumB = sumL;
  let total = sumL;
  const end = planes + plane;
  for (let p = planes; p < end; p += 16) {
    const l = f32x4.mul(tanh4(v128.load(p)), light);
    const a = f32x4.mul(tanh4(f32x4.mul(v128.load(p + plane), half)), chroma);
    const b = f32x4.mul(tanh4(f32x4.mul(v128.load(p + plane * 2), half)), chroma);
    const raw = v128.load(p + plane * 3);
    const alpha = sigmoid4(f32x4.add(raw, raw));
    const distance = f32x4.add(f32x4.add(f32x4.mul(l, l), f32x4.mul(a, a)), f32x4.mul(b, b));
    const near = f32x4.mul(f32x4.mul(alpha, alpha), exp4(f32x4.mul(distance, bell)));
    const weight = f32x4.add(near, f32x4.splat(1e-6));
    sumL = f32x4.add(sumL, f32x4.mul(l, weight));
    sumA = f32x4.add(sumA, f32x4.mul(a, weight));
    sumB = f32x4.add(sumB, f32x4.mul(b, weight));
    total = f32x4.add(total, weight);
    v128.store(p, l);
    v128.store(p + plane, a);
    v128.store(p + plane * 2, b);
    v128.store(p + plane * 3, alpha);
  }
  const weight = sum4(total);
  store<f32>(mean, sum4(sumL) / weight);
  store<f32>(mean + 4, sum4(sumA) / weight);
  store<f32>(mean + 8, sum4(sumB) / weight);
}

/**
 * Residuals and alpha -> sRGB on white, three bytes per pixel. Writes four bytes beyond the last pixel.
 * CIE 015:2018 (Lab), IEC 61966-2-1 (sRGB).
 * @param base Lab at which a residual of `mean` is drawn
 * @param matrix [3][3], f^-1 of Lab (XYZ over white) -> linear sRGB
 */
export function composite(
  planes: usize,
  pixels: i32,
  base: usize,
  mean: usize,
  matrix: usize,
  out: usize,
): void {
  const plane = (pixels as usize) << 2;
  const l0 = f32x4.splat(load<f32>(base) - load<f32>(mean) + 16);
  const a0 = f32x4.splat(load<f32>(base, 4) - load<f32>(mean, 4));
  const b0 = f32x4.splat(load<f32>(base, 8) - load<f32>(mean, 8));
  const end = planes + plane;
  for (let p = planes; p < end; p += 16) {
    const fy = f32x4.mul(f32x4.add(v128.load(p), l0), f32x4.splat(1 / 116));
    const a = f32x4.mul(f32x4.add(v128.load(p + plane), a0), f32x4.splat(1 / 500));
    const b = f32x4.mul(f32x4.add(v128.load(p + plane * 2), b0), f32x4.splat(1 / 200));
    const x = uncube(f32x4.add(fy, a));
    const y = uncube(fy);
    const z = uncube(f32x4.sub(fy, b));
    const alpha = v128.load(p + plane * 3);
    const red = bytes(channel(x, y, z, matrix), alpha);
    const green = bytes(channel(x, y, z, matrix + 12), alpha);
    const blue = bytes(channel(x, y, z, matrix + 24), alpha);
    const low = i16x8.narrow_i32x4_s(red, green);
    const high = i16x8.narrow_i32x4_s(blue, blue);
    const mixed = i8x16.narrow_i16x8_u(low, high);
    v128.store(out, v128.swizzle(mixed, i8x16(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 12, 13, 14, 15)));
    out += 12;
  }
}

/** Lab's f^-1. */
function uncube(f: v128): v128 {
  const positive = f32x4.pmax(f, f32x4.splat(0));
  const cube = f32x4.mul(f32x4.mul(positive, positive), positive);
  const dark = f32x4.mul(f32x4.sub(f32x4.mul(f, f32x4.splat(116)), f32x4.splat(16)), f32x4.splat(27 / 24389));
  return v128.bitselect(cube, dark, f32x4.gt(cube, f32x4.splat(216 / 24389)));
}

function channel(x: v128, y: v128, z: v128, row: usize): v128 {
  const xy = f32x4.add(f32x4.mul(x, v128.load32_splat(row)), f32x4.mul(y, v128.load32_splat(row, 4)));
  return f32x4.add(xy, f32x4.mul(z, v128.load32_splat(row, 8)));
}

/** Linear light -> sRGB on white, 0..255, rounded half to even. */
function bytes(value: v128, alpha: v128): v128 {
  const one = f32x4.splat(1);
  const linear = f32x4.pmin(f32x4.pmax(value, f32x4.splat(0)), one);
  const knee = f32x4.splat(0.003_130_8);
  const power = exp4(f32x4.mul(log4(f32x4.pmax(linear, knee)), f32x4.splat(1 / 2.4)));
  const curve = f32x4.sub(f32x4.mul(power, f32x4.splat(1.055)), f32x4.splat(0.055));
  const toe = f32x4.mul(linear, f32x4.splat(12.92));
  const color = v128.bitselect(curve, toe, f32x4.gt(linear, knee));
  const onWhite = f32x4.add(f32x4.mul(color, alpha), f32x4.sub(one, alpha));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(onWhite, f32x4.splat(255))));
}
