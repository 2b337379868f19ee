import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_TOKENS } from '../../../shared/contract/limits.ts';
import type { Lab, PictureRequest } from '../../../shared/contract/picture.ts';
import manifest from '../../../shared/model/manifest.json' with { type: 'json' };
import { compileAssembly } from '../../../workers/build/assembly.ts';
import { packGraph } from '../../../workers/build/engine/build.ts';
import { createKernelEngine } from '../../../workers/edge/kernel-engine.ts';
import type { EdgeEngine } from '../../../workers/pipeline/generator/edge.ts';

const graph = await readFile(new URL('../../../shared/model/stage1.onnx', import.meta.url));
const packed = packGraph(graph);
const { sha256 } = manifest.graphs.stage1;
const weights = packed.ok ? new Uint8Array(packed.value).buffer : new ArrayBuffer();

const PANTS = 1;

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
    const token = fc.integer({ min: 1, max: 4 });
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

  it('refuses a word that the model does not have, and goes on', async () => {
    await expect(engine.draw(requestOf([60_000], null, 1))).rejects.toThrow('60000');
    expect(await engine.draw(requestOf([PANTS], null, 1))).toHaveLength(64 * 64 * 3);
  });

  it('refuses weights of another graph, and weights cut short', () => {
    expect(createKernelEngine(module, weights, 'f'.repeat(64))).toMatchObject({ ok: false });
    expect(createKernelEngine(module, weights.slice(0, -4), sha256)).toMatchObject({ ok: false });
  });
});

describe('without weights', () => {
  it('there is no kernel', () => {
    expect(createKernelEngine(module, new ArrayBuffer(), sha256)).toMatchObject({ ok: false });
  });
});
