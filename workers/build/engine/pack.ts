import { toHalf } from './half.ts';
import { upsampledKernel, winogradKernel } from './kernels.ts';
import { PATTERNS } from './pattern.ts';
import type { Stage1Weights } from './stage1.ts';
import type { Linear } from './steps.ts';

/** Outputs that the engine's products keep in registers; its matrices lie in blocks of so many. */
const BLOCK = 8;
const MAX_MAPS = 8;

/**
 * Packs the weights for the engine: sha256 of the graph (32 bytes), 17 int32 (15 sizes, count of halves, count of
 * floats), halves (binary16), floats (float32), little-endian. The order is that of `planWeights` in
 * workers/edge/kernel/index.ts; every array is filled up to a multiple of four numbers.
 * @throws when a size is not a multiple of what the engine steps by
 */
export function packStage1(weights: Stage1Weights, sha256: Uint8Array): Uint8Array {
  const sizes = sizesOf(weights);
  const halves = new Numbers();
  const matrix = (values: Float32Array, inputs: number): void => halves.add(blocked(values, inputs));
  const linear = ({ weight, bias }: Linear): void => {
    matrix(weight.values, weight.shape[1] ?? 0);
    halves.add(filled(bias.values, BLOCK));
  };
  const { lstm, blocks, pattern } = weights;
  const inputs = lstm.input.shape[2] ?? 0;
  const hidden = lstm.recurrent.shape[2] ?? 0;

  halves.add(weights.embedding.values);
  halves.add(flags(weights.patternWords, weights.embedding.shape[0] ?? 0));
  matrix(sideBySide(lstm.input.values, inputs, lstm.recurrent.values, hidden), inputs + hidden);
  linear(weights.conditioning);
  linear(weights.prior);
  halves.add(weights.centroids.values);
  weights.mapping.forEach(linear);
  linear(weights.mix);
  linear(weights.dense[0]);
  linear(pixelsFirst(weights.dense[1]));
  matrix(joined(blocks.map(({ affine }) => affine.weight.values)), weights.mapping[1].weight.shape[0] ?? 0);
  halves.add(joined(blocks.map(({ affine }) => affine.bias.values)));
  for (const { weight } of blocks) {
    const transposed = weight.shape[2] === 4;
    const [from = 0, to = 0] = transposed ? weight.shape : [weight.shape[1], weight.shape[0]];
    const kernel = transposed ? upsampledKernel : winogradKernel;
    for (const product of kernel(weight.values, from, to)) matrix(product, from);
  }
  halves.add(joined(blocks.map(({ bias }) => bias.values)));
  halves.add(joined(blocks.map(({ gain }) => gain?.values ?? new Float32Array())));
  for (const { noise } of blocks) if (noise !== null) halves.add(noise.values);
  weights.tone.forEach(linear);
  halves.add(channelsLast(weights.head));
  halves.add(weights.head.bias.values);
  // A column of zeros more: the engine steps by four inputs.
  const { choice } = pattern;
  matrix(sideBySide(choice.weight.values, hidden + 3, new Float32Array(PATTERNS), 1), hidden + 4);
  halves.add(choice.bias.values);
  halves.add(pattern.table.values);
  halves.add(pattern.tiles.values);

  const floats = new Numbers();
  const bias = lstm.bias.values;
  floats.add(
    Float32Array.from({ length: 4 * hidden }, (_, i) => (bias[i] ?? 0) + (bias[i + 4 * hidden] ?? 0)),
  );
  floats.add([weights.lightRange, weights.chromaRange, weights.bell]);
  floats.add(weights.matrix);
  const { strength, sharp, darkest, lightest, hold, pocketWord } = pattern;
  floats.add(filled([strength, sharp, darkest, lightest, hold, pocketWord], BLOCK));
  floats.add(pattern.words);
  floats.add(pattern.draws);
  const header = Int32Array.from([...sizes, halves.values.length, floats.values.length]);
  return Buffer.concat([
    sha256,
    new Uint8Array(header.buffer),
    new Uint8Array(Uint16Array.from(halves.values, toHalf).buffer),
    new Uint8Array(Float32Array.from(floats.values).buffer),
  ]);
}

class Numbers {
  readonly values: number[] = [];
  add(more: ArrayLike<number>): void {
    for (const value of filled(more, 4)) this.values.push(value);
  }
}

/** The sizes in the order of workers/edge/kernel/sizes.ts. */
function sizesOf(weights: Stage1Weights): number[] {
  const { embedding, lstm, prior, mapping, dense, tone, mix, blocks, pattern } = weights;
  const rows = ({ weight }: Linear): number => weight.shape[0] ?? 0;
  const channels = [0, 1, 3, 4].map((i) => blocks[i]?.bias.values.length ?? 0);
  const [vocabulary = 0, embedded = 0] = embedding.shape;
  const hidden = lstm.recurrent.shape[2] ?? 0;
  const stepped = [embedded, hidden, rows(mapping[0]), rows(mapping[1]), rows(dense[0]), rows(tone[0])];
  if ([...stepped, rows(dense[1]) / 16, ...channels].some((size) => size === 0 || size % BLOCK !== 0)) {
    throw new Error(`a layer's size is not a multiple of ${BLOCK}`);
  }
  if (blocks[2].bias.values.length !== channels[1])
    throw new Error('the middle convolution changes the channels');
  if (rows(mix) > MAX_MAPS) throw new Error(`more than ${MAX_MAPS} noise maps`);
  return [
    vocabulary,
    embedded,
    hidden,
    rows(prior),
    ...stepped.slice(2),
    rows(dense[1]) / 16,
    ...channels,
    rows(mix),
    pattern.tiles.shape[0] ?? 0,
  ];
}

/** 1 at every one of the words; one that the vocabulary does not have is never said. */
function flags(words: readonly number[], vocabulary: number): Float32Array {
  const values = new Float32Array(vocabulary);
  for (const word of words) values[word] = 1;
  return values;
}

function filled(values: ArrayLike<number>, multiple: number): Float32Array {
  const whole = new Float32Array(Math.ceil(values.length / multiple) * multiple);
  whole.set(values);
  return whole;
}

/** [outputs][inputs] -> [outputs / 8][inputs][8], outputs filled up with zeros. */
function blocked(values: Float32Array, inputs: number): Float32Array {
  const outputs = values.length / inputs;
  const packed = new Float32Array(Math.ceil(outputs / BLOCK) * BLOCK * inputs);
  for (let o = 0; o < outputs; o += 1) {
    const start = Math.floor(o / BLOCK) * BLOCK * inputs + (o % BLOCK);
    for (let i = 0; i < inputs; i += 1) packed[start + i * BLOCK] = values[o * inputs + i] ?? 0;
  }
  return packed;
}

/** Two matrices of as many rows, row beside row. */
function sideBySide(left: Float32Array, lefts: number, right: Float32Array, rights: number): Float32Array {
  const rows = left.length / lefts;
  const both = new Float32Array(rows * (lefts + rights));
  for (let row = 0; row < rows; row += 1) {
    both.set(left.subarray(row * lefts, (row + 1) * lefts), row * (lefts + rights));
    both.set(right.subarray(row * rights, (row + 1) * rights), row * (lefts + rights) + lefts);
  }
  return both;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

/** The layer whose outputs are [channels][16 pixels] -> outputs [16 pixels][channels]. */
function pixelsFirst({ weight, bias }: Linear): Linear {
  const [outputs = 0, inputs = 0] = weight.shape;
  const channels = outputs / 16;
  const values = new Float32Array(weight.values.length);
  const moved = new Float32Array(outputs);
  for (let c = 0; c < channels; c += 1) {
    for (let p = 0; p < 16; p += 1) {
      const from = c * 16 + p;
      const to = p * channels + c;
      values.set(weight.values.subarray(from * inputs, (from + 1) * inputs), to * inputs);
      moved[to] = bias.values[from] ?? 0;
    }
  }
  return { weight: { ...weight, values }, bias: { ...bias, values: moved } };
}

/** [outputs, inputs, 3, 3] -> [3][3][inputs][outputs]. */
function channelsLast({ weight }: Linear): Float32Array {
  const [outputs = 0, inputs = 0] = weight.shape;
  const values = new Float32Array(weight.values.length);
  for (let o = 0; o < outputs; o += 1) {
    for (let i = 0; i < inputs; i += 1) {
      for (let tap = 0; tap < 9; tap += 1) {
        values[(tap * inputs + i) * outputs + o] = weight.values[(o * inputs + i) * 9 + tap] ?? 0;
      }
    }
  }
  return values;
}
