import { putBit } from './bits';
import { countNode, current } from './probabilities';
import { bands, category3, category4, category5, category6 } from './vp8-tables';

/** Types of block, as the probabilities know them. */
export const LUMA: usize = 0;
export const MEANS: usize = 1;
export const CHROMA: usize = 2;

/** Whether blocks are only counted, to choose the probabilities with which they are then sent. */
let counting: bool = false;

export function setCounting(on: bool): void {
  counting = on;
}

const NODES: usize = 11;
const CONTEXTS: usize = 3;
const BANDS: usize = 8;

function probabilities(type: usize, n: i32, context: usize): usize {
  const band = load<u8>(bands + (n as usize)) as usize;
  return current + ((type * BANDS + band) * CONTEXTS + context) * NODES;
}

function putNode(bit: bool, p: usize, node: usize): bool {
  if (counting) countNode(bit, p + node);
  else putBit(bit, load<u8>(p + node) as i32);
  return bit;
}

function putPlain(bit: bool, probability: i32): void {
  if (!counting) putBit(bit, probability);
}

/**
 * Sends a block's levels. Source: RFC 6386, section 13.
 * @param context how many of the neighbours above and to the left have levels
 * @param n place of the first level that is sent
 * @param last place of the last one that is not zero
 * @returns whether there is any
 */
export function putBlock(levels: usize, type: usize, context: usize, n: i32, last: i32): bool {
  let p = probabilities(type, n, context);
  if (!putNode(last >= n, p, 0)) return false;
  while (n < 16) {
    const level = load<i16>(levels + ((n as usize) << 1)) as i32;
    n += 1;
    if (!putNode(level !== 0, p, 1)) {
      p = probabilities(type, n, 0);
      continue;
    }
    const size = abs(level);
    if (!putNode(size > 1, p, 2)) {
      p = probabilities(type, n, 1);
    } else {
      putLarge(size, p);
      p = probabilities(type, n, 2);
    }
    putPlain(level < 0, 128);
    if (n === 16 || !putNode(n <= last, p, 0)) return true;
  }
  return true;
}

function putLarge(size: i32, p: usize): void {
  if (!putNode(size > 4, p, 3)) {
    if (putNode(size !== 2, p, 4)) putNode(size === 4, p, 5);
  } else if (!putNode(size > 10, p, 6)) {
    if (!putNode(size > 6, p, 7)) {
      putPlain(size === 6, 159);
    } else {
      putPlain(size >= 9, 165);
      putPlain((size & 1) === 0, 145);
    }
  } else if (size < 35) {
    putNode(false, p, 8);
    if (putNode(size >= 19, p, 9)) putRest(size - 19, 4, category4);
    else putRest(size - 11, 3, category3);
  } else {
    putNode(true, p, 8);
    if (putNode(size >= 67, p, 10)) putRest(size - 67, 11, category6);
    else putRest(size - 35, 5, category5);
  }
}

function putRest(rest: i32, width: i32, table: usize): void {
  for (let at = width - 1; at >= 0; at -= 1) {
    putPlain(((rest >> at) & 1) !== 0, load<u8>(table) as i32);
    table += 1;
  }
}
