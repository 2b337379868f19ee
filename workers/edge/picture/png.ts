/**
 * What a PNG file (W3C PNG, third edition) needs beside the deflate that the platform has: rows filtered by Up, which
 * suits enlarged pictures, and the chunks around the deflated data.
 */

const SIGNATURE: u32 = 0x474e_5089;
const SIGNATURE_END: u32 = 0x0a1a_0a0d;
const IHDR: u32 = 0x5244_4849;
const IDAT: u32 = 0x5441_4449;
const IEND: u32 = 0x444e_4549;
/** Where the deflated data lie in a file: behind the signature, the header and a chunk's length and name. */
export const DATA_OFFSET: usize = 8 + 25 + 8;

/** Remainders of a byte: CRC-32 of annex D. */
const remainders: usize = memory.data(256 * 4, 16);

/**
 * @param rgba [edge][edge][4] bytes; alpha is left out
 * @param to room for [edge][1 + edge * 3] bytes and one more
 */
export function filterRows(rgba: usize, edge: i32, to: usize): void {
  const row = (edge as usize) << 2;
  for (let y = 0; y < edge; y += 1) {
    const above = y === 0 ? rgba : rgba - row;
    store<u8>(to, y === 0 ? 0 : 2);
    to += 1;
    for (let at: usize = 0; at < row; at += 4) {
      const pixel = load<u32>(rgba + at);
      store<u32>(to, y === 0 ? pixel : lessPer(pixel, load<u32>(above + at)));
      to += 3;
    }
    rgba += row;
  }
}

/** a - b, each byte for itself: the bytes between take the borrow. */
function lessPer(a: u32, b: u32): u32 {
  const even = (a | 0xff00_ff00) - (b & 0x00ff_00ff);
  const odd = (a | 0x00ff_00ff) - (b & 0xff00_ff00);
  return (even & 0x00ff_00ff) | (odd & 0xff00_ff00);
}

/**
 * Writes what is around the deflated rows, which lie at `to + DATA_OFFSET` already, so many bytes.
 * @returns the size of the file
 */
export function putPng(to: usize, edge: i32, deflated: i32): i32 {
  if (load<u32>(remainders, 4) === 0) fillRemainders();
  store<u32>(to, SIGNATURE);
  store<u32>(to, SIGNATURE_END, 4);
  const header = to + 8;
  store<u32>(header, bswap<u32>(edge), 8);
  store<u32>(header, bswap<u32>(edge), 12);
  store<u32>(header, 0x0000_0208, 16); // eight bits, RGB
  store<u8>(header, 0, 20);
  const data = putChunk(header, IHDR, 13);
  return (putChunk(putChunk(data, IDAT, deflated), IEND, 0) - to) as i32;
}

/** The length, the name and the checksum of a chunk whose data are there. Returns where the next one begins. */
function putChunk(at: usize, name: u32, length: i32): usize {
  store<u32>(at, bswap<u32>(length));
  store<u32>(at, name, 4);
  const end = at + 8 + (length as usize);
  store<u32>(end, bswap<u32>(checksum(at + 4, end)));
  return end + 4;
}

function checksum(at: usize, end: usize): u32 {
  let sum: u32 = 0xffff_ffff;
  for (; at < end; at += 1) {
    sum = load<u32>(remainders + (((sum ^ load<u8>(at)) & 255) << 2)) ^ (sum >>> 8);
  }
  return ~sum;
}

function fillRemainders(): void {
  for (let byte: u32 = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest & 1) !== 0 ? 0xedb8_8320 ^ (rest >>> 1) : rest >>> 1;
    store<u32>(remainders + ((byte as usize) << 2), rest);
  }
}
