/**
 * Elementary functions on four lanes, within some 1e-7 of their value. Polynomials: S. Moshier, Cephes
 * mathematical library (`expf`, `logf`).
 */

export function exp4(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(Mathf.LOG2E)));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693_359_375)));
  const r = f32x4.add(high, f32x4.mul(n, f32x4.splat(2.121_944_4e-4)));
  let p = f32x4.splat(1.987_569_15e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.398_199_950_7e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.333_451_907_3e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.166_579_589_4e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.666_666_545_9e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.000_000_120_1e-1));
  const y = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  return i32x4.add(y, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23));
}

/** Natural logarithm of positive normal numbers. */
export function log4(value: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(value, i32x4.splat(0x3f35_04f3)), 23);
  const f = f32x4.sub(i32x4.sub(value, i32x4.shl(exponent, 23)), f32x4.splat(1));
  const e = f32x4.convert_i32x4_s(exponent);
  const square = f32x4.mul(f, f);
  let p = f32x4.splat(7.037_683_629_2e-2);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-1.151_461_031e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.167_699_874e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-1.242_014_084_6e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.424_932_278_7e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-1.666_805_766_5e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(2.000_071_476_5e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-2.499_999_399_3e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(3.333_333_117_4e-1));
  let y = f32x4.mul(f32x4.mul(p, f), square);
  y = f32x4.sub(y, f32x4.mul(e, f32x4.splat(2.121_944_4e-4)));
  y = f32x4.sub(y, f32x4.mul(square, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(f, y), f32x4.mul(e, f32x4.splat(0.693_359_375)));
}

export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** Absolute error 1e-7: small arguments lose relative precision, which no user of it needs. */
export function tanh4(x: v128): v128 {
  const double = exp4(f32x4.add(x, x));
  return f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(double, f32x4.splat(1))));
}

export function leaky4(x: v128): v128 {
  return f32x4.pmax(x, f32x4.mul(x, f32x4.splat(0.2)));
}

export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}
