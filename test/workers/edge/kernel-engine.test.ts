import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_TOKENS } from '../../../shared/contract/limits.ts';
import type { Lab, PictureRequest } from '../../../shared/contract/picture.ts';
import { modelInputs } from '../../../shared/model/inputs.ts';
import { latentForSeed } from '../../../shared/model/latent.ts';
import manifest from '../../../shared/model/manifest.json' with { type: 'json' };
import { compileAssembly } from '../../../workers/build/assembly.ts';
import { packGraph } from '../../../workers/build/engine/build.ts';
import { toHalf } from '../../../workers/build/engine/half.ts';
import { readOnnx } from '../../../workers/build/engine/onnx.ts';
import { createKernelEngine } from '../../../workers/edge/kernel-engine.ts';
import type { EdgeEngine } from '../../../workers/pipeline/generator/edge.ts';

const graph = await readFile(new URL('../../../shared/model/stage1.onnx', import.meta.url));
const packed = packGraph(graph);
const { sha256 } = manifest.graphs.stage1;
const weights = packed.ok ? new Uint8Array(packed.value).buffer : new ArrayBuffer();

const PANTS = 1;
const [STRIPED, CHECKED, PRINTED, SIDE_STRIPE, CARGO] = [49, 50, 51, 36, 13] as const;

let dir: string;
let module: WebAssembly.Module;
let engine: EdgeEngine;
const freshEngine = (): EdgeEngine => {
  const made = createKernelEngine(module, weights, sha256);
  if (!made.ok) throw new Error(made.error);
  return made.value;
};

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly wordsRun: WebAssembly.Global<'i32'>;
}

/** An engine, and what its kernel lets be seen. */
function watchedEngine(): [EdgeEngine, Exports] {
  const seen: WebAssembly.Exports[] = [];
  const { Instance } = WebAssembly;
  class Watched extends Instance {
    constructor(of: WebAssembly.Module) {
      super(of);
      seen.push(this.exports);
    }
  }
  Object.assign(WebAssembly, { Instance: Watched });
  try {
    const watched = freshEngine();
    return [watched, seen[0] as unknown as Exports];
  } finally {
    Object.assign(WebAssembly, { Instance });
  }
}

const requestOf = (tokens: readonly number[], lab: Lab | null, seed: number): PictureRequest => ({
  model: manifest.version,
  tokens,
  lab,
  seed,
  size: 64,
  format: 'png',
  stage: 'draft',
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restgan-kernel-'));
  const file = pathToFileURL(join(dir, 'kernel.wasm'));
  await compileAssembly('kernel', file);
  module = new WebAssembly.Module(await readFile(file));
  if (packed.ok) engine = freshEngine();
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Skipped for a model of another architecture, which onnxruntime-web draws. */
describe.skipIf(!packed.ok)('the kernel', () => {
  it('draws the same whatever it drew before: a kept prefix changes nothing', async () => {
    const token = fc.constantFrom(1, 2, 3, 4, STRIPED, PRINTED);
    const queries = fc.array(fc.array(token, { minLength: 1, maxLength: MAX_TOKENS }), {
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(queries, async (asked) => {
        for (const tokens of asked) await engine.draw(requestOf(tokens, null, 3));
        const last = requestOf(asked.at(-1) ?? [], null, 3);
        expect(await engine.draw(last)).toEqual(await freshEngine().draw(last));
      }),
      { numRuns: 8 },
    );
  });

  it('needs 8 MB of memory at most, and none more for pictures', async () => {
    const [watched, { memory }] = watchedEngine();
    const before = memory.buffer.byteLength;
    for (let seed = 0; seed < 100; seed += 1) await watched.draw(requestOf([PANTS], null, seed));
    expect(memory.buffer.byteLength).toBe(before);
    expect(before).toBeLessThanOrEqual(8_000_000);
  });

  it('runs every word of a row of refinements once, in whatever order its pictures are asked for', async () => {
    const row = [1, 2, 3, 4, 5].map((words) => [4, 16, 3, 2, PANTS].slice(0, words));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(row, { minLength: row.length }), async (asked) => {
        const [watched, { wordsRun }] = watchedEngine();
        for (const tokens of asked) await watched.draw(requestOf(tokens, null, 3));
        // Five pictures on their own would run 1 + 2 + 3 + 4 + 5.
        expect(wordsRun.value).toBe(5);
      }),
      { numRuns: 8 },
    );
  });

  it('runs no word of pattern, and the others as if it had not been said', async () => {
    const [watched, { wordsRun }] = watchedEngine();
    const plain = await watched.draw(requestOf([4, 16, PANTS], null, 3));
    expect(wordsRun.value).toBe(3);
    for (let at = 0; at <= 3; at += 1) {
      const tokens = [4, 16, PANTS].toSpliced(at, 0, STRIPED);
      expect(await watched.draw(requestOf(tokens, null, 3))).not.toEqual(plain);
    }
    expect(wordsRun.value).toBe(3);
    expect(await watched.draw(requestOf([4, 16, PANTS], null, 3))).toEqual(plain);
  });

  it('refuses a word that the model does not have, and goes on', async () => {
    await expect(engine.draw(requestOf([60_000], null, 1))).rejects.toThrow('60000');
    expect(await engine.draw(requestOf([PANTS], null, 1))).toHaveLength(64 * 64 * 3);
  });

  it('refuses weights of another graph, and weights cut short', () => {
    expect(createKernelEngine(module, weights, 'f'.repeat(64))).toMatchObject({ ok: false });
    expect(createKernelEngine(module, weights.slice(0, -4), sha256)).toMatchObject({ ok: false });
  });
});

/** The graph with patterns that share in everything there is, as no measured one does. */
function richlyPatterned(): Buffer<ArrayBuffer> {
  const table = readOnnx(graph).graph.initializer.find(({ dims }) => dims.join() === '56,39');
  const rich = Buffer.from(graph);
  const at = rich.indexOf(table?.rawData ?? '-');
  for (let row = 0; row < 56; row += 1) {
    const shares = 26;
    const values = Array.from(latentForSeed(row).subarray(0, 39), (value, column) => {
      if (column < shares) return Math.abs(value) > 1 ? value : 0;
      const size = Math.min(Math.abs(value), 3);
      if (column < shares + 2) return 2.6 + 4 * size;
      if (column < shares + 4) return value / 4;
      if (column < shares + 6) return 1 + 2 * size;
      return column < 38 ? value * 25 : Number(value > 0);
    });
    values.forEach((value, column) => {
      rich.writeUInt16LE(toHalf(value), at + (row * 39 + column) * 2);
    });
  }
  return rich;
}

function engineOf(bytes: Uint8Array): EdgeEngine {
  const own = packGraph(bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const made = own.ok ? createKernelEngine(module, new Uint8Array(own.value).buffer, hash) : own;
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

describe.skipIf(!packed.ok)("the kernel's patterns", () => {
  const PATTERNS: number[] = [STRIPED, CHECKED, PRINTED, SIDE_STRIPE];
  const other = fc.integer({ min: 1, max: 46 }).filter((token) => token !== 9 && token !== SIDE_STRIPE);
  const words = fc.array(other, { maxLength: MAX_TOKENS - 2 });
  const lightness = fc.integer({ min: 0, max: 100 });
  const ab = fc.integer({ min: -60, max: 60 });
  const lab = fc.option(fc.tuple(lightness, ab, ab));
  const seed = fc.nat({ max: 0xffff_ffff });

  it.each([
    ['the measured ones', () => graph],
    ['ones that share in everything', richlyPatterned],
  ])('are what onnxruntime draws, p99 within 2 of 255, 6 at most: %s', async (_, make) => {
    const bytes = make();
    const own = engineOf(bytes);
    const options = { executionProviders: ['cpu'], intraOpNumThreads: 1 };
    const session = await InferenceSession.create(bytes, options);
    const asked = fc.array(fc.tuple(fc.constantFrom(...PATTERNS, CARGO), fc.nat()), {
      minLength: 1,
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(words, asked, lab, seed, async (others, patterns, color, from) => {
        const tokens = patterns.reduce<readonly number[]>(
          (said, [pattern, at]) => said.toSpliced(at % (said.length + 1), 0, pattern),
          others,
        );
        const request = requestOf(tokens, color, from);
        const inputs = modelInputs([request]);
        const { image } = await session.run({
          tokens: new Tensor('int32', inputs.tokens, [1, MAX_TOKENS]),
          latent: new Tensor('float32', inputs.latent, [1, inputs.latent.length]),
          color: new Tensor('float32', inputs.color, [1, 4]),
        });
        const expected = image?.data as Uint8Array;
        const apart = (await own.draw(request))
          .map((value, i) => Math.abs(value - (expected[i] ?? 0)))
          .toSorted();
        expect(apart.at(-1)).toBeLessThanOrEqual(6);
        expect(apart[Math.floor(apart.length * 0.99)]).toBeLessThanOrEqual(2);
      }),
      { numRuns: 60 },
    );
  });

  it('are none where no word asks for one', async () => {
    const rich = engineOf(richlyPatterned());
    const some = fc.array(other, { minLength: 1, maxLength: MAX_TOKENS });
    await fc.assert(
      fc.asyncProperty(some, lab, seed, async (tokens, color, from) => {
        const request = requestOf(tokens, color, from);
        expect(await rich.draw(request)).toEqual(await engine.draw(request));
      }),
      { numRuns: 20 },
    );
    const printed = requestOf([PRINTED, PANTS], null, 3);
    expect(await rich.draw(printed)).not.toEqual(await engine.draw(printed));
  });
});

describe('without weights', () => {
  it('there is no kernel', () => {
    expect(createKernelEngine(module, new ArrayBuffer(), sha256)).toMatchObject({ ok: false });
  });
});
