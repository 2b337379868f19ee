import { gemv } from './linear';
import { sigmoid4, tanh4 } from './math';
import { take } from './memory';

/** ONNX's LSTM, gates in its order i, o, f, c. The state after every word is kept: a shared prefix is not run again. */

const MAX_TOKENS: i32 = 16;

/** Words that have been run so far, wrapping: a measure of work that does not depend on a clock. */
export let wordsRun: i32 = 0;

let embedded: i32 = 0;
let hidden: i32 = 0;
let input: usize = 0;
let gates: usize = 0;
/** [MAX_TOKENS + 1][hidden] each, zero before the first word. */
let states: usize = 0;
let cells: usize = 0;
let known: usize = 0;

export function planText(embeddedSize: i32, hiddenSize: i32): void {
  embedded = embeddedSize;
  hidden = hiddenSize;
  input = take(embedded + hidden);
  gates = take(hidden * 4);
  states = take((MAX_TOKENS + 1) * hidden);
  cells = take((MAX_TOKENS + 1) * hidden);
  known = take(MAX_TOKENS);
}

/**
 * Runs the words (0 ends them) and returns where the last state lies.
 * @param apart not 0 for a token that is passed over, as if it had not been said
 */
export function readText(tokens: usize, apart: usize, table: usize, w: usize, bias: usize): usize {
  let fresh = false;
  let t: usize = 0;
  for (let at: usize = 0; at < (MAX_TOKENS as usize); at += 1) {
    const token = load<i32>(tokens + (at << 2));
    if (token === 0) break;
    if (load<f32>(apart + ((token as usize) << 2)) !== 0) continue;
    if (load<i32>(known + (t << 2)) !== token) fresh = true;
    if (fresh) {
      store<i32>(known + (t << 2), token);
      step(t, table + (token as usize) * ((embedded as usize) << 2), w, bias);
    }
    t += 1;
  }
  // What is known of later words belonged to another beginning.
  if (fresh && t < (MAX_TOKENS as usize)) store<i32>(known + (t << 2), 0);
  return states + t * ((hidden as usize) << 2);
}

function step(t: usize, word: usize, w: usize, bias: usize): void {
  wordsRun += 1;
  const size = (hidden as usize) << 2;
  const before = t * size;
  memory.copy(input, word, (embedded as usize) << 2);
  memory.copy(input + ((embedded as usize) << 2), states + before, size);
  gemv(input, embedded + hidden, w, bias, gates, hidden * 4);
  for (let at: usize = 0; at < size; at += 16) {
    const i = sigmoid4(v128.load(gates + at));
    const o = sigmoid4(v128.load(gates + size + at));
    const f = sigmoid4(v128.load(gates + size * 2 + at));
    const c = tanh4(v128.load(gates + size * 3 + at));
    const cell = f32x4.add(f32x4.mul(f, v128.load(cells + before + at)), f32x4.mul(i, c));
    v128.store(cells + before + size + at, cell);
    v128.store(states + before + size + at, f32x4.mul(o, tanh4(cell)));
  }
}
