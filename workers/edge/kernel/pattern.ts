import { gemv } from './linear';
import { exp4, sigmoid4 } from './math';
import { take } from './memory';
import { addPockets, planPockets } from './pockets';

/**
 * What words of pattern put on a garment that was drawn plain: two layers of one colour each. A layer's field is waves
 * down and across, a band along the sides and tiles that repeat, in shares; a threshold cuts it. Nothing is done where no
 * word asks for it.
 */

const MAX_TOKENS: usize = 16;
const PATTERNS: usize = 56;
const LAYERS: usize = 2;
/** Kinds before the tiles: down, across, sides. */
const FIRST_TILE: usize = 3;
const EDGE: usize = 64;
/** Bytes of a wave, and of a tile. */
const WAVE: usize = EDGE << 2;
const MOTIF: usize = (EDGE * EDGE) << 2;
/** Bytes before the noise that gives the colours their strength, and before the one that turns the waves. */
const STRENGTH_AT: usize = 30 << 2;
const PHASE_AT: usize = 31 << 2;

let hidden: usize = 0;
let tiles: usize = 0;
/** Shares of a layer: down, across, sides, every tile. */
let kinds: usize = 0;
let choiceW: usize = 0;
let choiceB: usize = 0;
/** A row per pattern: [2][kinds], [2] of period, threshold and steepness each, [2][3] colours, whether the second lies under. */
let table: usize = 0;
let tileAt: usize = 0;
/** Strength, factor of steepness, darkest, lightest, -1 / (2 width^2) of the bell of what wears a pattern, cargo's token. */
let settings: usize = 0;
/** The token that asks for a pattern, one each. */
let words: usize = 0;
/** Which of the noise a pattern is drawn by, one each. */
let draws: usize = 0;

let known: usize = 0;
let scores: usize = 0;
/** [2][down, across][EDGE] */
let waves: usize = 0;
/** [2][EDGE][EDGE] */
let motifs: usize = 0;
/** [2][3] */
let colors: usize = 0;
/** [EDGE][EDGE]: garment between a place and the nearer side of the outline. */
let sides: usize = 0;

function columns(tileCount: usize): usize {
  return LAYERS * (FIRST_TILE + tileCount + 6) + 1;
}

/** Floats of the weights, which lie one after another: choice, its bias, table, tiles. */
export function patternFloats(hiddenSize: i32, tileCount: i32): i32 {
  const choice = ((hiddenSize + 4) as usize) * PATTERNS + PATTERNS;
  return (choice + columns(tileCount as usize) * PATTERNS + (tileCount as usize) * EDGE * EDGE) as i32;
}

export function planPattern(hiddenSize: i32, tileCount: i32, weights: usize, numbers: usize): void {
  hidden = hiddenSize as usize;
  tiles = tileCount as usize;
  kinds = FIRST_TILE + tiles;
  choiceW = weights;
  choiceB = choiceW + (((hidden + 4) * PATTERNS) << 2);
  table = choiceB + (PATTERNS << 2);
  tileAt = table + ((columns(tiles) * PATTERNS) << 2);
  settings = numbers;
  words = settings + 32;
  draws = words + (PATTERNS << 2);
  known = take(hiddenSize + 4);
  scores = take(PATTERNS as i32);
  waves = take((LAYERS * 2 * EDGE) as i32);
  motifs = take((LAYERS * EDGE * EDGE) as i32);
  colors = take((LAYERS * 3) as i32);
  sides = take((EDGE * EDGE) as i32);
  planPockets();
}

/**
 * Draws one of the patterns that the words ask for.
 * @param state of the words, without those of pattern
 * @returns where its row of the table lies, 0 where none is asked for
 */
function choosePattern(tokens: usize, state: usize, base: usize, noise: usize): usize {
  const asked = askedFor(tokens);
  if (asked === 0) return 0;
  memory.copy(known, state, hidden << 2);
  v128.store(known + (hidden << 2), f32x4.mul(v128.load(base), f32x4.splat(0.02)));
  gemv(known, (hidden + 4) as i32, choiceW, choiceB, scores, PATTERNS as i32);
  let best: usize = 0;
  let most: f32 = -Infinity;
  for (let i: usize = 0; i < PATTERNS; i += 1) {
    const draw = load<f32>(draws + (i << 2)) as usize;
    const score = load<f32>(scores + (i << 2)) + load<f32>(noise + (draw << 2)) * (1.28 as f32);
    if (((asked >>> (i as u64)) & 1) !== 0 && score > most) {
      most = score;
      best = i;
    }
  }
  return table + ((best * columns(tiles)) << 2);
}

/** A bit per pattern. */
function askedFor(tokens: usize): u64 {
  let asked: u64 = 0;
  for (let t: usize = 0; t < MAX_TOKENS; t += 1) {
    const token = load<i32>(tokens + (t << 2));
    if (token === 0) break;
    for (let i: usize = 0; i < PATTERNS; i += 1) {
      if (load<f32>(words + (i << 2)) === (token as f32)) asked |= (1 as u64) << (i as u64);
    }
  }
  return asked;
}

/** Pattern and pockets, where the words ask for them, on the residuals around `mean`, which is drawn as `base`. */
export function dress(
  tokens: usize,
  state: usize,
  planes: usize,
  mean: usize,
  base: usize,
  noise: usize,
): void {
  const row = choosePattern(tokens, state, base, noise);
  const pockets = isSaid(tokens, load<f32>(settings, 20));
  if (row === 0 && !pockets) return;
  measureSides(planes + ((EDGE * EDGE * 3) << 2));
  if (row !== 0) wear(row, planes, mean, base, noise);
  if (pockets) addPockets(planes, sides, base);
}

function isSaid(tokens: usize, word: f32): bool {
  for (let t: usize = 0; t < MAX_TOKENS; t += 1) {
    if ((load<i32>(tokens + (t << 2)) as f32) === word) return true;
  }
  return false;
}

/**
 * Puts a pattern on the residuals around `mean`, which is drawn as `base`. What differs much from the ground (a
 * drawstring, a button) wears little of it.
 * @param row of the table
 */
function wear(row: usize, planes: usize, mean: usize, base: usize, noise: usize): void {
  mixColors(row, base, noise);
  for (let layer: usize = 0; layer < LAYERS; layer += 1) layOut(row, layer, noise);
  const plane = (EDGE * EDGE) << 2;
  const cut = row + ((kinds * LAYERS) << 2);
  const along0 = f32x4.splat(load<f32>(row, 8));
  const along1 = f32x4.splat(load<f32>(row + (kinds << 2), 8));
  const band0 = v128.load32_splat(cut);
  const band1 = v128.load32_splat(cut, 4);
  const sharp = load<f32>(settings, 4);
  const steep0 = f32x4.splat(load<f32>(cut, 16) * sharp);
  const steep1 = f32x4.splat(load<f32>(cut, 20) * sharp);
  const under = v128.load32_splat(cut + ((6 + LAYERS * 3) << 2));
  const hold = v128.load32_splat(settings, 16);
  const meanL = v128.load32_splat(mean);
  const meanA = v128.load32_splat(mean, 4);
  const meanB = v128.load32_splat(mean, 8);
  const lower = waves + WAVE * 2;
  let p = planes;
  for (let y: usize = 0; y < EDGE; y += 1) {
    const across0 = f32x4.splat(load<f32>(waves + WAVE + (y << 2)) - load<f32>(cut, 8));
    const across1 = f32x4.splat(load<f32>(lower + WAVE + (y << 2)) - load<f32>(cut, 12));
    const motif = motifs + y * WAVE;
    for (let x: usize = 0; x < WAVE; x += 16) {
      const tile = motif + x;
      const far = v128.load(sides + (p - planes));
      const straight0 = f32x4.add(v128.load(waves + x), across0);
      const straight1 = f32x4.add(v128.load(lower + x), across1);
      const field0 = f32x4.add(f32x4.add(straight0, banded(far, band0, along0)), v128.load(tile));
      const field1 = f32x4.add(f32x4.add(straight1, banded(far, band1, along1)), v128.load(tile + MOTIF));
      const over = sigmoid4(f32x4.mul(field0, steep0));
      const below = sigmoid4(f32x4.mul(field1, steep1));
      const beneath = f32x4.sub(below, f32x4.mul(f32x4.mul(below, over), under));
      const l = v128.load(p);
      const a = v128.load(p + plane);
      const b = v128.load(p + plane * 2);
      const distance = f32x4.add(
        f32x4.add(squared(f32x4.sub(l, meanL)), squared(f32x4.sub(a, meanA))),
        squared(f32x4.sub(b, meanB)),
      );
      const held = exp4(f32x4.mul(distance, hold));
      const first = f32x4.mul(over, held);
      const second = f32x4.mul(beneath, held);
      v128.store(p, f32x4.add(l, worn(first, second, colors)));
      v128.store(p + plane, f32x4.add(a, worn(first, second, colors + 4)));
      v128.store(p + plane * 2, f32x4.add(b, worn(first, second, colors + 8)));
      p += 16;
    }
  }
}

/** A band's field: `share` in its middle, less by it for every pixel away. */
function banded(far: v128, middle: v128, share: v128): v128 {
  return f32x4.mul(f32x4.sub(f32x4.splat(1), f32x4.abs(f32x4.sub(far, middle))), share);
}

function measureSides(alpha: usize): void {
  for (let y: usize = 0; y < EDGE; y += 1) {
    const from = alpha + y * WAVE;
    const to = sides + y * WAVE;
    let whole: f32 = 0;
    for (let x: usize = 0; x < WAVE; x += 4) whole += load<f32>(from + x);
    let left: f32 = 0;
    for (let x: usize = 0; x < WAVE; x += 4) {
      const here = load<f32>(from + x);
      const middle = left + here * (0.5 as f32);
      store<f32>(to + x, min(middle, whole - middle));
      left += here;
    }
  }
}

function squared(x: v128): v128 {
  return f32x4.mul(x, x);
}

/** @param color of the first layer, three floats before the second's */
function worn(first: v128, second: v128, color: usize): v128 {
  const upper = f32x4.mul(first, v128.load32_splat(color));
  return f32x4.add(upper, f32x4.mul(second, v128.load32_splat(color, 12)));
}

/** The layers' colours over the ground. What would be too light or too dark to be told from it goes the other way. */
function mixColors(row: usize, base: usize, noise: usize): void {
  const strength = load<f32>(noise + STRENGTH_AT) * load<f32>(settings) + (1 as f32);
  const own = row + ((LAYERS * (kinds + 3)) << 2);
  for (let layer: usize = 0; layer < LAYERS; layer += 1) {
    const from = own + layer * 12;
    const to = colors + layer * 12;
    for (let at: usize = 0; at < 12; at += 4) store<f32>(to + at, load<f32>(from + at) * strength);
    const light = load<f32>(base) + load<f32>(to);
    if (light < load<f32>(settings, 8) || light > load<f32>(settings, 12)) store<f32>(to, -load<f32>(to));
  }
}

/** A layer's waves and its tile, by the shares that it has of each. */
function layOut(row: usize, layer: usize, noise: usize): void {
  const shares = row + ((layer * kinds) << 2);
  const down = load<f32>(shares);
  const across = load<f32>(shares, 4);
  const period = load<f32>(row + ((LAYERS * kinds + layer) << 2));
  const turn = load<f32>(noise + PHASE_AT) * Mathf.PI;
  const wave = waves + layer * WAVE * 2;
  memory.fill(wave, 0, WAVE * 2);
  if (down !== 0 || across !== 0) {
    for (let at: usize = 0; at < EDGE; at += 1) {
      const place = (((at as f64) + 0.5 - 32) * 2 * Math.PI) as f32;
      const height = Mathf.cos(place / period + turn);
      store<f32>(wave + (at << 2), height * down);
      store<f32>(wave + WAVE + (at << 2), height * across);
    }
  }
  const motif = motifs + layer * MOTIF;
  memory.fill(motif, 0, MOTIF);
  for (let tile: usize = 0; tile < tiles; tile += 1) {
    const share = load<f32>(shares + ((FIRST_TILE + tile) << 2));
    if (share === 0) continue;
    const from = tileAt + tile * MOTIF;
    for (let at: usize = 0; at < MOTIF; at += 16) {
      const more = f32x4.mul(v128.load(from + at), f32x4.splat(share));
      v128.store(motif + at, f32x4.add(v128.load(motif + at), more));
    }
  }
}
