import { MOST_EDGE, sourceU, sourceV, sourceY } from './planes';
import { choose, clearBorder, fault, GUESS_BYTES, GUESS_STRIDE, guess, MARGIN } from './predict';
import { quantiseChroma, quantiseLuma, quantiseMeans } from './quantise';
import { forward, forwardMeans, inverse, inverseMeans } from './transform';

/** Macroblocks of 16 x 16 pixels: predicted, transformed, quantised, and decoded again for the ones after them. */
const MOST: i32 = (MOST_EDGE / 16) * (MOST_EDGE / 16);
/** Blocks of a macroblock: the means' own, 16 of Y, 4 of U, 4 of V. */
export const BLOCKS: usize = 25;
const BLOCK_BYTES: usize = 32;

/** Per macroblock: ways of predicting Y and both chroma planes. */
export const lumaModes: usize = memory.data(MOST);
export const chromaModes: usize = memory.data(MOST);
/** Per macroblock: 1 when no level is sent. */
export const empty: usize = memory.data(MOST);
/** Per block: place of its last level, -1 without any. */
export const lasts: usize = memory.data(MOST * 25);
/** Per block: sixteen int16. */
const levels: usize = memory.data(MOST * 25 * 32, 16);

const decodedY: usize = memory.data((MOST_EDGE + 1) * (MOST_EDGE + 16), 16);
const decodedU: usize = memory.data((MOST_EDGE / 2 + 1) * (MOST_EDGE / 2 + 16), 16);
const decodedV: usize = memory.data((MOST_EDGE / 2 + 1) * (MOST_EDGE / 2 + 16), 16);
const means: usize = memory.data(64, 16);
const blocks: usize = memory.data(16 * 64, 16);

export function levelsOf(macroblock: usize, block: usize): usize {
  return levels + (macroblock * BLOCKS + block) * BLOCK_BYTES;
}

export function codeMacroblocks(edge: i32): void {
  clearBorder(decodedY, edge);
  clearBorder(decodedU, edge / 2);
  clearBorder(decodedV, edge / 2);
  const side = edge / 16;
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const at = (y * side + x) as usize;
      memory.fill(lasts + at * BLOCKS, 255, BLOCKS);
      const luma = codeLuma(at, x, y, edge);
      const chroma = codeChroma(at, x, y, edge / 2);
      store<u8>(empty + at, luma || chroma ? 0 : 1);
    }
  }
}

function keepLast(at: usize, block: usize, last: i32): bool {
  store<i8>(lasts + at * BLOCKS + block, last as i8);
  return last >= 0;
}

/** Returns whether there are levels. */
function codeLuma(at: usize, x: i32, y: i32, edge: i32): bool {
  const stride = (edge as usize) + MARGIN;
  const source = sourceY + ((y * 16 * edge + x * 16) as usize);
  const decoded = decodedY + ((y * 16 + 1) as usize) * stride + MARGIN + ((x * 16) as usize);
  store<u8>(lumaModes + at, choose(source, edge, decoded, stride, 16, y > 0, x > 0, 0, 0) as u8);
  for (let row: usize = 0; row < 16; row += 1) {
    v128.store(decoded + row * stride, v128.load(guess + row * GUESS_STRIDE));
  }
  if (fault === 0) return false;
  for (let block: usize = 0; block < 16; block += 1) {
    const from = source + (block >> 2) * 4 * (edge as usize) + (block & 3) * 4;
    const guessed = guess + (block >> 2) * 4 * GUESS_STRIDE + (block & 3) * 4;
    forward(from, edge, guessed, GUESS_STRIDE, blocks + block * 64);
  }
  forwardMeans(blocks, means);
  let any = keepLast(at, 0, quantiseMeans(means, levelsOf(at, 0)));
  for (let block: usize = 0; block < 16; block += 1) {
    store<i32>(blocks + block * 64, 0);
    if (keepLast(at, 1 + block, quantiseLuma(blocks + block * 64, levelsOf(at, 1 + block)))) any = true;
  }
  if (!any) return false;
  inverseMeans(means, blocks);
  for (let block: usize = 0; block < 16; block += 1) {
    inverse(blocks + block * 64, decoded + (block >> 2) * 4 * stride + (block & 3) * 4, stride);
  }
  return true;
}

/** Returns whether there are levels. */
function codeChroma(at: usize, x: i32, y: i32, edge: i32): bool {
  const stride = (edge as usize) + MARGIN;
  const source = (y * 8 * edge + x * 8) as usize;
  const u = sourceU + source;
  const v = sourceV + source;
  const decoded = ((y * 8 + 1) as usize) * stride + MARGIN + ((x * 8) as usize);
  const mode = choose(u, edge, decodedU + decoded, stride, 8, y > 0, x > 0, v, decodedV + decoded);
  store<u8>(chromaModes + at, mode as u8);
  const exact = fault === 0;
  const anyU = codePlane(at, 17, u, edge, guess, decodedU + decoded, stride, exact);
  const anyV = codePlane(at, 21, v, edge, guess + GUESS_BYTES, decodedV + decoded, stride, exact);
  return anyU || anyV;
}

function codePlane(
  at: usize,
  first: usize,
  source: usize,
  edge: i32,
  guessed: usize,
  decoded: usize,
  stride: usize,
  exact: bool,
): bool {
  for (let row: usize = 0; row < 8; row += 1) {
    v128.store64_lane(decoded + row * stride, v128.load64_zero(guessed + row * GUESS_STRIDE), 0);
  }
  if (exact) return false;
  let any = false;
  for (let block: usize = 0; block < 4; block += 1) {
    const down = (block >> 1) * 4;
    const across = (block & 1) * 4;
    const from = source + down * (edge as usize) + across;
    forward(from, edge, guessed + down * GUESS_STRIDE + across, GUESS_STRIDE, blocks);
    if (!keepLast(at, first + block, quantiseChroma(blocks, levelsOf(at, first + block)))) continue;
    inverse(blocks, decoded + down * stride + across, stride);
    any = true;
  }
  return any;
}
