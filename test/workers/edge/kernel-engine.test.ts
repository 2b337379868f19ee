import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLUSTERS } from '../../../shared/color/index.ts';
import { MAX_TOKENS } from '../../../shared/contract/limits.ts';
import type { Lab, PictureRequest } from '../../../shared/contract/picture.ts';
import { modelInputs } from '../../../shared/model/inputs.ts';
import manifest from '../../../shared/model/manifest.json' with { type: 'json' };
import { compileAssembly } from '../../../workers/build/assembly.ts';
import { packGraph } from '../../../workers/build/engine/build.ts';
import { createKernelEngine } from '../../../workers/edge/kernel-engine.ts';
import type { EdgeEngine } from '../../../workers/pipeline/generator/edge.ts';

const graph = await readFile(new URL('../../../shared/model/stage1.onnx', import.meta.url));
const packed = packGraph(graph);
const { sha256 } = manifest.graphs.stage1;
const weights = packed.ok ? new Uint8Array(packed.value).buffer : new ArrayBuffer();

const SEEDS = 16;
const PANTS = 1;
const TYPES = [PANTS, 2, 3];
const COLORED = 9;

let dir: string;
let module: WebAssembly.Module;
let engine: EdgeEngine;
const freshEngine = (): EdgeEngine => {
  const made = createKernelEngine(module, weights, sha256);
  if (!made.ok) throw new Error(made.error);
  return made.value;
};

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
  it('draws what onnxruntime draws: every palette colour, type and 16 seeds; p99 within 2 of 255, 6 at most', async () => {
    const session = await InferenceSession.create(graph, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
    });
    const apart = new Uint32Array(256);
    for (const [cluster, lab] of [...CLUSTERS, null].entries()) {
      const requests = TYPES.flatMap((type) =>
        Array.from({ length: SEEDS }, (_, seed) =>
          requestOf(lab === null ? [type] : [4, COLORED, type], lab, cluster * 1000 + seed),
        ),
      );
      const { tokens, latent, color } = modelInputs(requests);
      const { image } = await session.run({
        tokens: new Tensor('int32', tokens, [requests.length, MAX_TOKENS]),
        latent: new Tensor('float32', latent, [requests.length, latent.length / requests.length]),
        color: new Tensor('float32', color, [requests.length, 4]),
      });
      const expected = image?.data as Uint8Array;
      for (const [row, request] of requests.entries()) {
        const own = await engine.draw(request);
        for (let at = 0; at < own.length; at += 1) {
          const distance = Math.abs((own[at] ?? 0) - (expected[row * own.length + at] ?? 0));
          apart[distance] = (apart[distance] ?? 0) + 1;
        }
      }
    }
    const total = apart.reduce((sum, count) => sum + count, 0);
    const beyond = (bound: number): number => apart.slice(bound + 1).reduce((sum, count) => sum + count, 0);
    expect(total).toBe((CLUSTERS.length + 1) * TYPES.length * SEEDS * 64 * 64 * 3);
    expect(beyond(2) / total).toBeLessThan(0.01);
    expect(beyond(6)).toBe(0);
  }, 300_000);

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

  it('needs 8 MB of memory at most', async () => {
    const memories: WebAssembly.Memory[] = [];
    const { Instance } = WebAssembly;
    class Watched extends Instance {
      constructor(of: WebAssembly.Module) {
        super(of);
        memories.push(this.exports.memory as WebAssembly.Memory);
      }
    }
    Object.assign(WebAssembly, { Instance: Watched });
    const watched = freshEngine();
    Object.assign(WebAssembly, { Instance });
    const before = memories[0]?.buffer.byteLength ?? Number.NaN;
    for (let seed = 0; seed < 100; seed += 1) await watched.draw(requestOf([PANTS], null, seed));
    expect(memories[0]?.buffer.byteLength).toBe(before);
    expect(before).toBeLessThanOrEqual(8_000_000);
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
