/** XXH32 (Collet, "xxHash fast digest algorithm", version 0.1.1): sixteen bytes at a time, for damage and not for malice. */

const P1: u32 = 0x9e37_79b1;
const P2: u32 = 0x85eb_ca77;
const P3: u32 = 0xc2b2_ae3d;
const P4: u32 = 0x27d4_eb2f;
const P5: u32 = 0x1656_67b1;

export function xxh32(at: usize, length: i32, seed: u32): u32 {
  const end = at + (length as usize);
  let sum = seed + P5;
  if (length >= 16) {
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    for (; at + 16 <= end; at += 16) {
      a = round(a, load<u32>(at));
      b = round(b, load<u32>(at, 4));
      c = round(c, load<u32>(at, 8));
      d = round(d, load<u32>(at, 12));
    }
    sum = rotl<u32>(a, 1) + rotl<u32>(b, 7) + rotl<u32>(c, 12) + rotl<u32>(d, 18);
  }
  sum += length as u32;
  for (; at + 4 <= end; at += 4) sum = rotl<u32>(sum + load<u32>(at) * P3, 17) * P4;
  for (; at < end; at += 1) sum = rotl<u32>(sum + (load<u8>(at) as u32) * P5, 11) * P1;
  sum = (sum ^ (sum >>> 15)) * P2;
  sum = (sum ^ (sum >>> 13)) * P3;
  return sum ^ (sum >>> 16);
}

function round(lane: u32, word: u32): u32 {
  return rotl<u32>(lane + word * P2, 13) * P1;
}
