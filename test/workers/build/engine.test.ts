import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VOCABULARY } from '../../../shared/query/vocabulary.ts';
import { packGraph } from '../../../workers/build/engine/build.ts';
import { fromHalf, toHalf } from '../../../workers/build/engine/half.ts';
import { upsampledKernel, winogradKernel } from '../../../workers/build/engine/kernels.ts';
import { type OnnxModel, readOnnx } from '../../../workers/build/engine/onnx.ts';
import { readStage1 } from '../../../workers/build/engine/stage1.ts';

const bytes = readFileSync(new URL('../../../shared/model/stage1.onnx', import.meta.url));

describe('reading a Stage-I graph', () => {
  it('takes the weights out of the exported one', () => {
    const weights = readStage1(readOnnx(bytes));
    expect(weights.blocks.map(({ weight }) => weight.shape.length)).toEqual([4, 4, 4, 4, 4]);
    expect(weights.matrix).toHaveLength(9);
    expect(weights.lightRange).toBeGreaterThan(0);
  });

  it('finds the words of pattern, and a pattern for each', () => {
    const { patternWords, pattern } = readStage1(readOnnx(bytes));
    const wordOf = (token: number) => VOCABULARY.find(({ id }) => id === token)?.word;
    expect(patternWords.map(wordOf)).toEqual(['striped', 'checked', 'printed', 'side stripe']);
    expect(new Set(pattern.words)).toEqual(new Set(patternWords));
    expect(pattern).toMatchObject({ darkest: 6, lightest: 98, sharp: 1 });
    expect(wordOf(pattern.pocketWord)).toBe('cargo');
  });

  const nodeOf = (model: OnnxModel, kind: string) => {
    const node = model.graph.node.find(({ opType }) => opType === kind);
    if (node === undefined) throw new Error(`no ${kind}`);
    return node;
  };
  it.each<[string, (model: OnnxModel) => void, RegExp]>([
    [
      'another operation',
      (model) => Object.assign(nodeOf(model, 'Sigmoid'), { opType: 'HardSigmoid' }),
      /Sigmoid/,
    ],
    ['a node less', (model) => model.graph.node.splice(40, 1), /node 4\d/],
    ['a node more', (model) => model.graph.node.push(nodeOf(model, 'Identity')), /last node/],
    [
      'another attribute',
      (model) => Object.assign(nodeOf(model, 'LeakyRelu').attribute[0] ?? {}, { f: 0.1 }),
      /alpha/,
    ],
    [
      'an attribute more',
      (model) => nodeOf(model, 'LSTM').attribute.push({ name: 'clip', f: 3, i: 0, ints: [], type: 1 }),
      /clip/,
    ],
    ['other wiring', (model) => nodeOf(model, 'Concat').input.reverse(), /Concat.*input 0/],
    [
      'another constant',
      (model) =>
        Object.assign(tensorOf(model, nodeOf(model, 'Clip').input[1]), { rawData: new Uint8Array(4) }),
      /Clip.*constant/,
    ],
    [
      'another shape',
      (model) => Object.assign(tensorOf(model, nodeOf(model, 'Cast').input[0]), { dims: [8] }),
      /./,
    ],
    [
      'words of pattern before the others',
      (model) => Object.assign(nodeOf(model, 'TopK').attribute[1] ?? {}, { i: 1 }),
      /TopK.*largest/,
    ],
    [
      'a pattern drawn by other noise',
      (model) => nodeOf(model, 'Cos').input.splice(0, 1, 'latent'),
      /Cos.*latent/,
    ],
    [
      'tiles that lie otherwise',
      (model) =>
        Object.assign(model.graph.initializer.find(({ dims }) => dims.join() === '10,4096') ?? {}, {
          dims: [40, 1024],
        }),
      /shape \[40,1024\]/,
    ],
    [
      'a pattern drawn by a place that noise does not have',
      (model) => {
        const draw = model.graph.node.filter(({ opType }) => opType === 'Gather').at(-2);
        Object.assign(tensorOf(model, draw?.input[1]), {
          rawData: new Uint8Array(BigInt64Array.from({ length: 56 }, () => 32n).buffer),
        });
      },
      /56 places of 32/,
    ],
    [
      'fewer patterns than the kernel has places for',
      (model) => {
        const [, second] = model.graph.node.filter(({ opType }) => opType === 'Equal');
        Object.assign(tensorOf(model, second?.input[1]), { rawData: new Uint8Array(4 * 31) });
      },
      /31 patterns/,
    ],
    [
      'a table of other columns',
      (model) => {
        const table = model.graph.node.filter(({ opType }) => opType === 'Gather').at(-1);
        const cast = model.graph.node.find(({ output }) => output[0] === table?.input[0]);
        Object.assign(tensorOf(model, cast?.input[0]), { dims: [56, 41] });
      },
      /Slice.*constant/,
    ],
    [
      'another operator set',
      (model) => Object.assign(model.opsetImport[0] ?? {}, { version: 21 }),
      /operator set 21/,
    ],
  ])('refuses %s', (_, change, message) => {
    const model = readOnnx(bytes);
    change(model);
    expect(() => readStage1(model)).toThrow(message);
  });
  const tensorOf = (model: OnnxModel, name: string | undefined) =>
    model.graph.initializer.find((tensor) => tensor.name === name) ??
    model.graph.initializer.find((tensor) => tensor.dataType === 10) ??
    {};

  it('answers what is no graph with what is wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        expect(packGraph(junk)).toMatchObject({ ok: false, error: expect.any(String) });
      }),
    );
  });
});

describe('binary16', () => {
  it('reads and writes every finite number', () => {
    const wrong: number[] = [];
    for (let half = 0; half < 0x8000; half += 1) {
      if ((half & 0x7c00) === 0x7c00) continue;
      if (toHalf(fromHalf(half)) !== half) wrong.push(half);
      if (half > 0 && toHalf(-fromHalf(half)) !== (half | 0x8000)) wrong.push(half);
    }
    expect(wrong).toEqual([]);
    expect(() => fromHalf(0x7c00)).toThrow();
    expect(() => toHalf(65_520)).toThrow();
  });

  it('rounds to the nearest number, ties to even', () => {
    fc.assert(
      fc.property(fc.double({ min: -60_000, max: 60_000, noNaN: true }), (value) => {
        const rounded = Math.fround(value);
        const half = toHalf(rounded);
        const distance = Math.abs(fromHalf(half) - rounded);
        for (const other of [half - 1, half + 1]) {
          if ((other & 0x7c00) === 0x7c00 || other < 0) continue;
          expect(distance).toBeLessThanOrEqual(Math.abs(fromHalf(other) - rounded));
        }
      }),
    );
    expect(toHalf(2049)).toBe(toHalf(2048));
    expect(toHalf(2051)).toBe(toHalf(2052));
  });
});

/** Small integers are exact everywhere, so that equal means equal. */
const taps = (length: number) =>
  fc
    .array(fc.integer({ min: -8, max: 8 }), { minLength: length, maxLength: length })
    .map(Float32Array.from.bind(Float32Array));

describe('the forms of convolution kernels', () => {
  it('nine products are the upsampled convolution', () => {
    fc.assert(
      fc.property(taps(9), taps(9), (kernel, picture) => {
        const rows = [
          [0, 0, 1],
          [0, 1, 1],
          [1, 1, 0],
          [1, 0, 0],
        ];
        const wide = Float32Array.from({ length: 16 }, (_, at) => {
          const [down = [], across = []] = [rows[Math.floor(at / 4)], rows[at % 4]];
          return kernel.reduce(
            (sum, tap, i) => sum + tap * (down[Math.floor(i / 3)] ?? 0) * (across[i % 3] ?? 0),
            0,
          );
        });
        const products = upsampledKernel(wide, 1, 1).map(([value = Number.NaN]) => value);
        const x = (r: number, c: number) => picture[r * 3 + c] ?? Number.NaN;
        // d along an axis at the middle pixel: before - middle for the first product, middle - after for the last.
        const along = (values: readonly [number, number, number]) => [
          values[0] - values[1],
          values[1],
          values[1] - values[2],
        ];
        const lines = [0, 1, 2].map((r) => along([x(r, 0), x(r, 1), x(r, 2)]));
        const column = (c: number) => along([lines[0]?.[c] ?? 0, lines[1]?.[c] ?? 0, lines[2]?.[c] ?? 0]);
        const inputs = [0, 1, 2].map(column);
        const m = (r: number, c: number) => (products[r * 3 + c] ?? 0) * (inputs[c]?.[r] ?? 0);
        for (const [py, px] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const) {
          const own = m(py, px) + m(py, px + 1) + m(py + 1, px) + m(py + 1, px + 1);
          let expected = 0;
          for (let i = 0; i < 9; i += 1) {
            const up = (p: number, k: number) => Math.floor((2 + p + k - 1) / 2);
            expected += (kernel[i] ?? 0) * x(up(py, Math.floor(i / 3)), up(px, i % 3));
          }
          expect(own).toBe(expected);
        }
      }),
    );
  });

  it('a transposed kernel that no upsampling makes is refused', () => {
    expect(() =>
      upsampledKernel(
        Float32Array.from({ length: 16 }, (_, i) => (i === 5 ? 1 : 0)),
        1,
        1,
      ),
    ).toThrow();
  });

  it('sixteen products are the convolution', () => {
    fc.assert(
      fc.property(taps(9), taps(16), (kernel, d) => {
        const u = winogradKernel(kernel, 1, 1).map(([value = Number.NaN]) => value);
        const spread = ([a = 0, b = 0, c = 0, e = 0]: readonly number[]) => [a - c, b + c, c - b, b - e];
        const gather = ([a = 0, b = 0, c = 0, e = 0]: readonly number[]) => [a + b + c, b - c - e];
        const both = (square: readonly (readonly number[])[], f: (line: readonly number[]) => number[]) => {
          const across = square.map(f);
          return (across[0] ?? []).map((_, c) => f(across.map((line) => line[c] ?? 0)));
        };
        const v = both(
          [0, 4, 8, 12].map((r) => Array.from(d.slice(r, r + 4))),
          spread,
        );
        const out = both(
          [0, 1, 2, 3].map((r) => [0, 1, 2, 3].map((c) => (u[c * 4 + r] ?? 0) * (v[r]?.[c] ?? 0))),
          gather,
        );
        for (const y of [0, 1]) {
          for (const x of [0, 1]) {
            let sum = 0;
            for (let i = 0; i < 9; i += 1)
              sum += (kernel[i] ?? 0) * (d[(y + Math.floor(i / 3)) * 4 + x + (i % 3)] ?? 0);
            expect(out[y]?.[x]).toBe(sum);
          }
        }
      }),
    );
  });
});
