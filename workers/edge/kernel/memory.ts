/** Memory is taken once, at the plan, and never given back: drawing allocates nothing. */
let top: usize = (__heap_base + 15) & ~15;

/** Room for so many floats, 16-byte aligned and zero. */
export function take(floats: i32): usize {
  const at = top;
  top += ((floats as usize) * 4 + 15) & ~15;
  const missing = (((top + 65_535) >>> 16) as i32) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return at;
}

/**
 * Widens `count` binary16 numbers to float32 in place: they lie at the end of the room, at `at + 2 * count`, and no
 * number is overwritten before it is read. Subnormals included; infinities are not (the packer refuses them).
 * @param count a multiple of 4
 */
export function widen(at: usize, count: i32): void {
  const scale = f32x4.splat(reinterpret<f32>(0x7780_0000)); // 2^112
  const end = at + ((count as usize) << 2);
  let from = at + ((count as usize) << 1);
  for (let to = at; to < end; to += 16) {
    const half = v128.load_ext<u16>(from);
    const sign = i32x4.shl(v128.and(half, i32x4.splat(0x8000)), 16);
    const rest = i32x4.shl(v128.and(half, i32x4.splat(0x7fff)), 13);
    v128.store(to, v128.or(f32x4.mul(rest, scale), sign));
    from += 8;
  }
}
