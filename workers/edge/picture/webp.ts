import { endBits, putBit, putNumber, startBits } from './bits';
import { BLOCKS, chromaModes, codeMacroblocks, empty, lasts, levelsOf, lumaModes } from './macroblock';
import { toPlanes } from './planes';
import { GRADIENT, HORIZONTAL, MEAN, VERTICAL } from './predict';
import { chooseProbabilities, putProbabilities, startCounting } from './probabilities';
import { QUANTISER } from './quantise';
import { CHROMA, LUMA, MEANS, putBlock, setCounting } from './tokens';

/**
 * A lossy WebP file: one VP8 key frame (RFC 6386) in a RIFF container (RFC 9649). What an encoder may choose is chosen
 * for soft pictures on a plain ground: one quantiser, macroblocks predicted as a whole, the tokens' probabilities counted.
 */

/** Strength of the decoder's filter across the edges of blocks, 0 to 63: half of a quantiser's step is small. */
const FILTER: i32 = 6;
const RIFF_BYTES: usize = 20;
const FRAME_BYTES: usize = 10;
const MOST_SIDE: i32 = 16;

/** For each column, and for the row: whether the blocks before had levels; the means', 4 Y, 2 U, 2 V. */
const ABOVE: usize = 9;
const above: usize = memory.data(MOST_SIDE * 9);
const left: usize = memory.data(9);

/**
 * @param rgba [edge][edge][4] bytes; alpha is not read
 * @param edge a multiple of 16, 256 at most
 * @param to room for the file
 * @returns its bytes
 */
export function encodeWebp(rgba: usize, edge: i32, to: usize): i32 {
  toPlanes(rgba, edge);
  codeMacroblocks(edge);
  startCounting();
  setCounting(true);
  putTokens(edge);
  setCounting(false);
  chooseProbabilities();
  const modes = to + RIFF_BYTES + FRAME_BYTES;
  startBits(modes);
  putHeader();
  putModes(edge);
  const tokens = endBits();
  startBits(tokens);
  putTokens(edge);
  const end = endBits();
  return putContainer(to, edge, (tokens - modes) as i32, end);
}

/** Source: RFC 6386, section 9.2 and following, in its order. */
function putHeader(): void {
  putNumber(0, 2); // colour space, clamping
  putNumber(0, 1); // segments
  putNumber(0, 1); // the normal filter
  putNumber(FILTER, 6);
  putNumber(0, 3); // its sharpness
  putNumber(0, 1); // changes to it
  putNumber(0, 2); // one partition of tokens
  putNumber(QUANTISER, 7);
  putNumber(0, 5); // changes to it
  putNumber(0, 1); // what a next frame would begin with
  putProbabilities();
}

function putModes(edge: i32): void {
  const count = (edge / 16) * (edge / 16);
  let full = 0;
  for (let at: usize = 0; at < (count as usize); at += 1) full += 1 - (load<u8>(empty + at) as i32);
  const odds = min(255, max(1, (full * 255) / count));
  putNumber(1, 1); // macroblocks without levels are marked
  putNumber(odds, 8);
  for (let at: usize = 0; at < (count as usize); at += 1) {
    putBit(load<u8>(empty + at) !== 0, odds);
    putBit(true, 145); // predicted as a whole
    putLumaMode(load<u8>(lumaModes + at) as i32);
    putChromaMode(load<u8>(chromaModes + at) as i32);
  }
}

function putLumaMode(mode: i32): void {
  const second = mode === GRADIENT || mode === HORIZONTAL;
  putBit(second, 156);
  if (second) putBit(mode === GRADIENT, 128);
  else putBit(mode === VERTICAL, 163);
}

function putChromaMode(mode: i32): void {
  putBit(mode !== MEAN, 142);
  if (mode === MEAN) return;
  putBit(mode !== VERTICAL, 114);
  if (mode !== VERTICAL) putBit(mode !== HORIZONTAL, 183);
}

function putTokens(edge: i32): void {
  const side = (edge / 16) as usize;
  memory.fill(above, 0, side * ABOVE);
  for (let y: usize = 0; y < side; y += 1) {
    memory.fill(left, 0, ABOVE);
    for (let x: usize = 0; x < side; x += 1) putMacroblock(y * side + x, above + x * ABOVE);
  }
}

function putMacroblock(at: usize, top: usize): void {
  if (load<u8>(empty + at) !== 0) {
    memory.fill(top, 0, ABOVE);
    memory.fill(left, 0, ABOVE);
    return;
  }
  put(at, 0, MEANS, 0, top, left);
  for (let block: usize = 0; block < 16; block += 1) {
    put(at, 1 + block, LUMA, 1, top + 1 + (block & 3), left + 1 + (block >> 2));
  }
  for (let block: usize = 0; block < 8; block += 1) {
    const plane: usize = 5 + (block >> 2) * 2;
    put(at, 17 + block, CHROMA, 0, top + plane + (block & 1), left + plane + ((block >> 1) & 1));
  }
}

function put(at: usize, block: usize, type: usize, first: i32, top: usize, before: usize): void {
  const context = (load<u8>(top) + load<u8>(before)) as usize;
  const last = load<i8>(lasts + at * BLOCKS + block) as i32;
  const any = putBlock(levelsOf(at, block), type, context, first, last) ? 1 : 0;
  store<u8>(top, any as u8);
  store<u8>(before, any as u8);
}

/** What stands before the partitions. Returns the size of the file. */
function putContainer(to: usize, edge: i32, modeBytes: i32, end: usize): i32 {
  const frameBytes = (end - to - RIFF_BYTES) as i32;
  const padding = frameBytes & 1;
  if (padding !== 0) store<u8>(end, 0);
  store<u32>(to, 0x4646_4952); // RIFF
  store<u32>(to, 12 + frameBytes + padding, 4);
  store<u32>(to, 0x5042_4557, 8); // WEBP
  store<u32>(to, 0x2038_5056, 12); // VP8
  store<u32>(to, frameBytes, 16);
  // A key frame that is shown, version 0; its first partition's size; the start code; the size of the picture.
  const tag = (1 << 4) | (modeBytes << 5);
  store<u16>(to, tag as u16, 20);
  store<u8>(to, (tag >> 16) as u8, 22);
  store<u16>(to, 0x019d, 23);
  store<u8>(to, 0x2a, 25);
  store<u16>(to, edge as u16, 26);
  store<u16>(to, edge as u16, 28);
  return (RIFF_BYTES as i32) + frameBytes + padding;
}
