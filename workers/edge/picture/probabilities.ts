import { putBit, putNumber } from './bits';
import { startProbabilities, updateProbabilities } from './vp8-tables';

/** The probabilities of a picture's tokens: those that a frame begins with, or its own where they pay for themselves. */
const COUNT: i32 = 1056;
/** Bits of a probability that is sent. */
const PRICE: f32 = 8;

export const current: usize = memory.data(COUNT);
/** How often each node was a zero and a one. */
const counts: usize = memory.data(COUNT * 8, 16);

export function startCounting(): void {
  memory.copy(current, startProbabilities, COUNT);
  memory.fill(counts, 0, COUNT * 8);
}

/** @param at the node's place in `current` */
export function countNode(bit: bool, at: usize): void {
  const count = counts + ((at - current) << 3) + (bit ? 4 : 0);
  store<i32>(count, load<i32>(count) + 1);
}

/** Takes a probability of the picture's own wherever that is fewer bits in all. */
export function chooseProbabilities(): void {
  for (let at: usize = 0; at < (COUNT as usize); at += 1) {
    const zeros = load<i32>(counts + (at << 3));
    const ones = load<i32>(counts + (at << 3), 4);
    if (zeros + ones === 0) continue;
    const old = load<u8>(current + at) as i32;
    const own = max(1, 255 - (ones * 255) / (zeros + ones));
    const update = load<u8>(updateProbabilities + at) as i32;
    const flag = bitsOf(256 - update) - bitsOf(update);
    if (cost(zeros, ones, own) + PRICE + flag < cost(zeros, ones, old)) store<u8>(current + at, own as u8);
  }
}

/** Source: RFC 6386, section 13.4. */
export function putProbabilities(): void {
  for (let at: usize = 0; at < (COUNT as usize); at += 1) {
    const own = load<u8>(current + at);
    const changed = own !== load<u8>(startProbabilities + at);
    putBit(changed, load<u8>(updateProbabilities + at) as i32);
    if (changed) putNumber(own as i32, 8);
  }
}

function cost(zeros: i32, ones: i32, probability: i32): f32 {
  return (zeros as f32) * bitsOf(probability) + (ones as f32) * bitsOf(256 - probability);
}

/** Bits of something that happens so many times of 256. */
function bitsOf(share: i32): f32 {
  return (8 as f32) - Mathf.log2(share as f32);
}
