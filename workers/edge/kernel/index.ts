/**
 * Stage-I in WASM SIMD, written for one architecture: tokens, latent and colour in, 64 x 64 sRGB bytes out.
 *
 * The host calls `plan` with the sizes, copies the packed weights to `halvesAt` and `floatsAt`, calls `unpack`, and
 * then, per picture, fills `tokensAt`, `latentAt` and `colorAt`, calls `draw` and reads `imageAt`. Weights lie in the
 * order of workers/build/engine/pack.ts. Plain v128: equal bytes on every processor.
 */
import { setFinish, setGrain } from './finish';
import { head } from './head';
import { gemv, leakyAll } from './linear';
import { planText, readText, wordsRun } from './lstm';
import { exp4 } from './math';
import { take, widen } from './memory';
import { composite, residuals } from './paint';
import { dress, patternFloats, planPattern } from './pattern';
import {
  c0,
  c1,
  c2,
  c3,
  c4,
  clusters,
  embedded,
  hidden,
  mapped,
  maps,
  narrow,
  padded,
  readSizes,
  style,
  tiles,
  toned,
  vocabulary,
} from './sizes';
import { upBlock, upScratch } from './up-block';
import { winograd, winogradScratch } from './winograd';

const Z: i32 = 64;
const NOISE: i32 = 32;
const EDGE: i32 = 64;
/** Pixels of the one layer that takes noise, 16 x 16. */
const GRAIN: i32 = 256;

export { wordsRun };
export const sizesAt: usize = take(17);
export const tokensAt: usize = take(16);
export const latentAt: usize = take(Z + NOISE);
export const colorAt: usize = take(4);
/** One vector more than the picture, which `composite` writes over. */
export const imageAt: usize = take((EDGE * EDGE * 3) / 4 + 4);

let halfCount: i32 = 0;
let halves: usize = 0;
let weightTop: usize = 0;
let floats: usize = 0;

let embedding: usize = 0;
let apart: usize = 0;
let lstmW: usize = 0;
let conditionW: usize = 0;
let conditionB: usize = 0;
let priorW: usize = 0;
let priorB: usize = 0;
let centroids: usize = 0;
let mapW1: usize = 0;
let mapB1: usize = 0;
let mapW2: usize = 0;
let mapB2: usize = 0;
let mixW: usize = 0;
let mixB: usize = 0;
let denseW1: usize = 0;
let denseB1: usize = 0;
let denseW2: usize = 0;
let denseB2: usize = 0;
let styleW: usize = 0;
let styleB: usize = 0;
let up1: usize = 0;
let up2: usize = 0;
let up4: usize = 0;
let up5: usize = 0;
let conv3: usize = 0;
let biases: usize = 0;
let gains: usize = 0;
let noise3: usize = 0;
let toneW1: usize = 0;
let toneB1: usize = 0;
let toneW2: usize = 0;
let toneB2: usize = 0;
let headW: usize = 0;
let headB: usize = 0;
let pattern: usize = 0;

let lstmB: usize = 0;
let paintSettings: usize = 0;
let matrix: usize = 0;
let patternSettings: usize = 0;

let styleIn: usize = 0;
let conditioning: usize = 0;
let scores: usize = 0;
let hiddenStyle: usize = 0;
let styled: usize = 0;
let narrowed: usize = 0;
let dense: usize = 0;
let affine: usize = 0;
let mix: usize = 0;
let base: usize = 0;
let tone: usize = 0;
let toneHidden: usize = 0;
let contrast: usize = 0;
let scaledHead: usize = 0;
let grain: usize = 0;
let x0: usize = 0;
let x1: usize = 0;
let x2: usize = 0;
let x3: usize = 0;
let x4: usize = 0;
let x5: usize = 0;
let planes: usize = 0;
let scratch: usize = 0;

/** Room for a weight: the next one in the packed order. */
function next(count: i32): usize {
  const at = weightTop;
  weightTop += ((count + 3) & ~3) << 2;
  return at;
}

function picture(edge: i32, channels: i32): usize {
  return take((edge + 2) * (edge + 2) * channels);
}

/** Reads the sizes at `sizesAt` and takes all memory there will ever be. Two counts are checked by the host. */
export function plan(halfNumbers: i32, floatNumbers: i32): void {
  readSizes(sizesAt);
  halfCount = halfNumbers;
  halves = take(halfNumbers);
  floats = take(floatNumbers);
  planWeights();
  planText(embedded, hidden);
  planPattern(hidden, tiles, pattern, patternSettings);
  styleIn = take(Z + hidden + NOISE);
  conditioning = take(2 * NOISE);
  scores = take(padded(clusters));
  hiddenStyle = take(mapped);
  styled = take(style);
  narrowed = take(narrow);
  dense = take(c0 * 16);
  affine = take(2 * (c1 + 2 * c2 + c3 + c4));
  mix = take(8);
  base = take(8);
  tone = take(4);
  toneHidden = take(toned);
  contrast = take(padded(c4));
  scaledHead = take(9 * c4 * 4);
  grain = take(GRAIN);
  x0 = picture(4, c0);
  x1 = picture(8, c1);
  x2 = picture(16, c2);
  x3 = picture(16, c2);
  x4 = picture(32, c3);
  x5 = picture(64, c4);
  planes = take(4 * EDGE * EDGE);
  const ups = max(
    max(upScratch(4, c0, c1), upScratch(8, c1, c2)),
    max(upScratch(16, c2, c3), upScratch(32, c3, c4)),
  );
  scratch = take(max(ups, winogradScratch(16, c2, c2)));
}

function planWeights(): void {
  weightTop = halves;
  embedding = next(vocabulary * embedded);
  apart = next(vocabulary);
  lstmW = next((embedded + hidden) * hidden * 4);
  conditionW = next(hidden * 2 * NOISE);
  conditionB = next(2 * NOISE);
  priorW = next(hidden * padded(clusters));
  priorB = next(padded(clusters));
  centroids = next(clusters * 3);
  mapW1 = next((Z + hidden + NOISE) * mapped);
  mapB1 = next(mapped);
  mapW2 = next(mapped * style);
  mapB2 = next(style);
  mixW = next(Z * 8);
  mixB = next(8);
  denseW1 = next(style * narrow);
  denseB1 = next(narrow);
  denseW2 = next(narrow * c0 * 16);
  denseB2 = next(c0 * 16);
  const channels = c1 + 2 * c2 + c3 + c4;
  styleW = next(style * 2 * channels);
  styleB = next(2 * channels);
  up1 = next(9 * c0 * c1);
  up2 = next(9 * c1 * c2);
  conv3 = next(16 * c2 * c2);
  up4 = next(9 * c2 * c3);
  up5 = next(9 * c3 * c4);
  biases = next(channels);
  gains = next(c2);
  noise3 = next(maps * GRAIN);
  toneW1 = next(4 * toned);
  toneB1 = next(toned);
  toneW2 = next(toned * c4);
  toneB2 = next(c4);
  headW = next(9 * c4 * 4);
  headB = next(4);
  pattern = next(patternFloats(hidden, tiles));
  lstmB = floats;
  paintSettings = lstmB + ((hidden * 16) as usize);
  matrix = paintSettings + 16;
  patternSettings = matrix + 48;
}

/** Where the packed halves belong; they are widened in place. */
export function halvesAt(): usize {
  return halves + ((halfCount as usize) << 1);
}

export function floatsAt(): usize {
  return floats;
}

/** Halves that the sizes ask for: anything else is not the model that they describe. */
export function halvesPlanned(): i32 {
  return ((weightTop - halves) >> 2) as i32;
}

export function unpack(): void {
  widen(halves, halfCount);
}

export function draw(): void {
  const noise = latentAt + ((Z as usize) << 2);
  const state = readText(tokensAt, apart, embedding, lstmW, lstmB);
  condition(state, noise);
  chooseBase(state, noise);
  gemv(styleIn, Z + hidden + NOISE, mapW1, mapB1, hiddenStyle, mapped);
  leakyAll(hiddenStyle, mapped);
  gemv(hiddenStyle, mapped, mapW2, mapB2, styled, style);
  leakyAll(styled, style);
  gemv(latentAt, Z, mixW, mixB, mix, 8);
  gemv(styled, style, styleW, styleB, affine, 2 * (c1 + 2 * c2 + c3 + c4));
  gemv(styled, style, denseW1, denseB1, narrowed, narrow);
  gemv(narrowed, narrow, denseW2, denseB2, dense, c0 * 16);
  leakyAll(dense, c0 * 16);
  for (let y: usize = 0; y < 4; y += 1) {
    const row = ((c0 * 4) as usize) << 2;
    memory.copy((x0 + (((y as i32) + 1) * 6 + 1) * c0 * 4) as usize, dense + y * row, row);
  }
  blocks();
  tint();
  head(x5, EDGE, c4, scaledHead, headB, planes);
  const mean = base + 16;
  residuals(planes, EDGE * EDGE, paintSettings, mean);
  dress(tokensAt, state, planes, mean, base, noise);
  composite(planes, EDGE * EDGE, base, mean, matrix, imageAt);
}

/** z, state and the conditioning drawn around what the words say, one after another. */
function condition(state: usize, noise: usize): void {
  const words = styleIn + ((Z as usize) << 2);
  memory.copy(styleIn, latentAt, (Z as usize) << 2);
  memory.copy(words, state, (hidden as usize) << 2);
  gemv(state, hidden, conditionW, conditionB, conditioning, 2 * NOISE);
  const to = words + ((hidden as usize) << 2);
  for (let at: usize = 0; at < (NOISE as usize) << 2; at += 16) {
    const variance = v128.load(conditioning + ((NOISE as usize) << 2) + at);
    const clipped = f32x4.pmin(f32x4.pmax(variance, f32x4.splat(-8)), f32x4.splat(4));
    const spread = exp4(f32x4.mul(clipped, f32x4.splat(0.5)));
    v128.store(to + at, f32x4.add(v128.load(conditioning + at), f32x4.mul(spread, v128.load(noise + at))));
  }
}

/** The Lab that was named, else a cluster drawn from the words. */
function chooseBase(state: usize, noise: usize): void {
  gemv(state, hidden, priorW, priorB, scores, padded(clusters));
  let best: usize = 0;
  let most: f32 = -Infinity;
  for (let i: usize = 0; i < (clusters as usize); i += 1) {
    const score = load<f32>(scores + (i << 2)) + load<f32>(noise + (i << 2)) * (1.28 as f32);
    if (score > most) {
      most = score;
      best = i;
    }
  }
  const named = load<f32>(colorAt, 12);
  for (let i: usize = 0; i < 3; i += 1) {
    const drawn = load<f32>(centroids + (best * 3 + i) * 4);
    const asked = load<f32>(colorAt + (i << 2));
    store<f32>(base + (i << 2), asked * named + drawn * ((1 as f32) - named));
  }
}

function blocks(): void {
  let bias = biases;
  let both = affine;
  setFinish(both, bias, c1);
  upBlock(x0, 4, c0, up1, c1, x1, scratch);
  bias += (c1 as usize) << 2;
  both += (c1 as usize) << 3;

  setFinish(both, bias, c2);
  upBlock(x1, 8, c1, up2, c2, x2, scratch);
  bias += (c2 as usize) << 2;
  both += (c2 as usize) << 3;

  mixNoise();
  setFinish(both, bias, c2);
  setGrain(gains, grain);
  winograd(x2, 16, c2, conv3, c2, x3, scratch);
  bias += (c2 as usize) << 2;
  both += (c2 as usize) << 3;

  setFinish(both, bias, c3);
  upBlock(x3, 16, c2, up4, c3, x4, scratch);
  bias += (c3 as usize) << 2;
  both += (c3 as usize) << 3;

  setFinish(both, bias, c4);
  upBlock(x4, 32, c3, up5, c4, x5, scratch);
}

/** grain = mix x maps. */
function mixNoise(): void {
  const plane: usize = (GRAIN as usize) << 2;
  for (let at: usize = 0; at < plane; at += 16) {
    let sum = f32x4.splat(0);
    for (let map: usize = 0; map < (maps as usize); map += 1) {
      sum = f32x4.add(
        sum,
        f32x4.mul(v128.load32_splat(mix + (map << 2)), v128.load(noise3 + map * plane + at)),
      );
    }
    v128.store(grain + at, sum);
  }
}

/** The base colour's contrast, one factor per channel before the head: here in the head's weights. */
function tint(): void {
  v128.store(tone, f32x4.mul(v128.load(base), f32x4.splat(0.02)));
  store<f32>(tone, 1, 12);
  gemv(tone, 4, toneW1, toneB1, toneHidden, toned);
  leakyAll(toneHidden, toned);
  gemv(toneHidden, toned, toneW2, toneB2, contrast, c4);
  for (let tap = 0; tap < 9; tap += 1) {
    for (let c = 0; c < c4; c += 1) {
      const at = ((tap * c4 + c) as usize) << 4;
      const factor = v128.load32_splat(contrast + ((c as usize) << 2));
      v128.store(scaledHead + at, f32x4.mul(v128.load(headW + at), factor));
    }
  }
}
