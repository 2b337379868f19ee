import { COLOR_LENGTH } from '../../../shared/model/inputs.ts';
import { LATENT_LENGTH, NOISE_LENGTH, Z_LENGTH } from '../../../shared/model/latent.ts';
import type { OnnxModel } from './onnx.ts';
import { readPainting, readPicture } from './painting.ts';
import { type PatternWeights, readPattern, readPlainWords } from './pattern.ts';
import { type Linear, stepsOf } from './steps.ts';
import { GraphWalk, type Weight } from './walk.ts';

const OPSET = 17;
const FLAG = COLOR_LENGTH - 1;

/** A convolution with what follows it; `noise` [maps, edge * edge] and `gain` [1, channels, 1, 1] where it has noise. */
export interface Block extends Linear {
  readonly affine: Linear;
  readonly noise: Weight | null;
  readonly gain: Weight | null;
}

/** Every number of a Stage-I graph. */
export interface Stage1Weights {
  readonly embedding: Weight;
  /** Words that the LSTM does not read. */
  readonly patternWords: readonly number[];
  /** Gates in ONNX's order i, o, f, c: [1, 4h, embedded], [1, 4h, h], [1, 8h]. */
  readonly lstm: { readonly input: Weight; readonly recurrent: Weight; readonly bias: Weight };
  readonly conditioning: Linear;
  readonly prior: Linear;
  readonly centroids: Weight;
  readonly mapping: readonly [Linear, Linear];
  readonly mix: Linear;
  readonly dense: readonly [Linear, Linear];
  /** Transposed convolutions [in, out, 4, 4], the third one a convolution [out, in, 3, 3]. */
  readonly blocks: readonly [Block, Block, Block, Block, Block];
  readonly tone: readonly [Linear, Linear];
  readonly head: Linear;
  readonly lightRange: number;
  readonly chromaRange: number;
  readonly bell: number;
  readonly pattern: PatternWeights;
  /** [3, 3] from f^-1 of Lab to linear sRGB. */
  readonly matrix: readonly number[];
}

/**
 * Takes the weights out of an exported Stage-I. It states the whole graph as the training code writes it
 * (gpu-service/training/export_layers.py), in the same order, so that an engine made for it draws the same pictures.
 * @throws on the first thing that differs: the graph is another one
 */
export function readStage1(model: OnnxModel): Stage1Weights {
  const opset = model.opsetImport.find(({ domain }) => domain === '')?.version;
  if (opset !== OPSET) throw new Error(`the graph has operator set ${opset}, not ${OPSET}`);
  const walk = new GraphWalk(model);
  const { linear, slice, reshape, leaky, scalar } = stepsOf(walk);

  const z = slice('latent', 0, Z_LENGTH);
  const noise = slice('latent', Z_LENGTH, LATENT_LENGTH);
  const { words: patternWords, plain, lengths } = readPlainWords(walk);
  const embedding = walk.weight([null, null]);
  const embedded = embedding.shape[1] ?? 0;
  const sequence = walk.next('Transpose', [walk.next('Gather', [embedding, plain])], { perm: [1, 0, 2] });
  const input = walk.weight([1, null, embedded]);
  const hidden = (input.shape[1] ?? 0) / 4;
  const recurrent = walk.weight([1, 4 * hidden, hidden]);
  const bias = walk.weight([1, 8 * hidden]);
  const last = walk.next('LSTM', [sequence, input, recurrent, bias, lengths], { hidden_size: hidden });
  const state = reshape(last, [-1, hidden]);

  const conditioning = linear(state, [2 * NOISE_LENGTH, hidden]);
  const variance = slice(conditioning.name, NOISE_LENGTH, 2 * NOISE_LENGTH);
  const clipped = walk.next('Clip', [variance, { constant: -8 }, { constant: 4 }]);
  const spread = walk.next('Exp', [scalar('Mul', clipped, 0.5)]);
  const middle = slice(conditioning.name, 0, NOISE_LENGTH);
  const condition = walk.next('Add', [middle, walk.next('Mul', [spread, noise])]);

  const clusters = walk.shapeAhead(1)[0] ?? 0;
  if (clusters > NOISE_LENGTH)
    throw new Error(`${clusters} colour clusters, at most ${NOISE_LENGTH} are known`);
  const draw = slice(noise, 0, clusters);
  const prior = linear(state, [clusters, hidden]);
  const score = walk.next('Add', [prior.name, scalar('Mul', draw, 1.28)]);
  const centroids = walk.weight([clusters, 3]);
  const drawn = walk.next('Gather', [centroids, walk.next('ArgMax', [score], { axis: 1, keepdims: 0 })]);
  const named = slice('color', FLAG, FLAG + 1);
  const unnamed = walk.next('Sub', [{ constant: 1 }, named]);
  const asked = walk.next('Mul', [slice('color', 0, FLAG), named]);
  const base = walk.next('Add', [asked, walk.next('Mul', [drawn, unnamed])]);

  const joined = walk.next('Concat', [z, state, condition], { axis: 1 });
  const firstMap = linear(joined, [null, LATENT_LENGTH + hidden]);
  const secondMap = linear(leaky(firstMap.name), [null, firstMap.weight.shape[0] ?? 0]);
  const style = leaky(secondMap.name);
  const styleSize = secondMap.weight.shape[0] ?? 0;
  const mix = linear(z, [null, Z_LENGTH]);
  const maps = mix.weight.shape[0] ?? 0;
  const narrow = linear(style, [null, styleSize]);
  const wide = linear(narrow.name, [null, narrow.weight.shape[0] ?? 0]);
  const first = (wide.weight.shape[0] ?? 0) / 16;
  let x = leaky(reshape(wide.name, [-1, first, 4, 4]));
  let channels = first;

  const block = (kind: 'ConvTranspose' | 'Conv', edge: number, hasNoise: boolean): Block => {
    const up = kind === 'ConvTranspose';
    const weight = walk.weight(up ? [channels, null, 4, 4] : [null, channels, 3, 3]);
    channels = weight.shape[up ? 1 : 0] ?? 0;
    const own = walk.weight([channels]);
    const shape = up
      ? { kernel_shape: [4, 4], pads: [1, 1, 1, 1], strides: [2, 2] }
      : { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
    x = walk.next(kind, [x, weight, own], shape);
    const affine = linear(style, [2 * channels, styleSize]);
    const scale = reshape(slice(affine.name, 0, channels), [-1, channels, 1, 1]);
    const shift = reshape(slice(affine.name, channels, 2 * channels), [-1, channels, 1, 1]);
    x = walk.next('Add', [walk.next('Mul', [x, scale]), shift]);
    let maskOf: Weight | null = null;
    let gain: Weight | null = null;
    if (hasNoise) {
      maskOf = walk.weight([maps, edge * edge]);
      const grain = reshape(walk.next('MatMul', [mix.name, maskOf]), [-1, 1, edge, edge]);
      gain = walk.weight([1, channels, 1, 1]);
      x = walk.next('Add', [x, walk.next('Mul', [grain, gain])]);
    }
    x = leaky(x);
    return { weight, bias: own, affine, noise: maskOf, gain };
  };
  const blocks = [
    block('ConvTranspose', 8, false),
    block('ConvTranspose', 16, false),
    block('Conv', 16, true),
    block('ConvTranspose', 32, false),
    block('ConvTranspose', 64, false),
  ] as const;

  const ones = scalar('Add', scalar('Mul', slice('color', FLAG, FLAG + 1), 0), 1);
  const toneIn = walk.next('Concat', [scalar('Mul', base, 0.02), ones], { axis: 1 });
  const firstTone = linear(toneIn, [null, COLOR_LENGTH]);
  const secondTone = linear(leaky(firstTone.name), [channels, firstTone.weight.shape[0] ?? 0]);
  const toned = walk.next('Mul', [x, reshape(secondTone.name, [-1, channels, 1, 1])]);
  const headWeight = walk.weight([4, channels, 3, 3]);
  const headBias = walk.weight([4]);
  const raw = walk.next('Conv', [toned, headWeight, headBias], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    strides: [1, 1],
  });
  const { lab, alpha, ...painting } = readPainting(walk, raw, base);
  const { worn, ...pattern } = readPattern(walk, { state, hidden, noise, base, lab, alpha });
  const matrix = readPicture(walk, worn, alpha);
  walk.end('image');

  return {
    embedding,
    patternWords,
    lstm: { input, recurrent, bias },
    conditioning,
    prior,
    centroids,
    mapping: [firstMap, secondMap],
    mix,
    dense: [narrow, wide],
    blocks,
    tone: [firstTone, secondTone],
    head: { weight: headWeight, bias: headBias },
    ...painting,
    pattern,
    matrix,
  };
}
