/** VP8's arithmetic coder. Source: RFC 6386, section 7; carries go into bytes already written. */

let top: usize = 0;
let range: i32 = 0;
let value: i32 = 0;
/** Bits of `value` beyond the 8 that a byte needs; a byte is written when it is positive. */
let bits: i32 = 0;
/** Bytes of 255 that wait for a carry. */
let pending: i32 = 0;
let first: usize = 0;

export function startBits(to: usize): void {
  first = to;
  top = to;
  range = 254;
  value = 0;
  bits = -8;
  pending = 0;
}

/** @param probability of a zero, of 256 */
export function putBit(bit: bool, probability: i32): void {
  const split = (range * probability) >> 8;
  if (bit) {
    value += split + 1;
    range -= split + 1;
  } else {
    range = split;
  }
  if (range < 127) {
    const shift = clz(range + 1) - 24;
    range = ((range + 1) << shift) - 1;
    value <<= shift;
    bits += shift;
    if (bits > 0) putByte();
  }
}

/** So many bits of a number, each as likely as not, the highest first. */
export function putNumber(number: i32, width: i32): void {
  for (let at = width - 1; at >= 0; at -= 1) putBit(((number >> at) & 1) !== 0, 128);
}

/** Ends the partition. Returns where the next one begins. */
export function endBits(): usize {
  putNumber(0, 9 - bits);
  bits = 0;
  putByte();
  return top;
}

function putByte(): void {
  const shift = 8 + bits;
  const byte = value >> shift;
  value -= byte << shift;
  bits -= 8;
  if ((byte & 0xff) === 0xff) {
    pending += 1;
    return;
  }
  const carry = (byte & 0x100) !== 0;
  if (carry && top > first) store<u8>(top - 1, load<u8>(top - 1) + 1);
  for (; pending > 0; pending -= 1) {
    store<u8>(top, carry ? 0 : 255);
    top += 1;
  }
  store<u8>(top, byte as u8);
  top += 1;
}
