import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CLUSTERS } from '../../../shared/color/index.ts';
import { MAX_TOKENS } from '../../../shared/contract/limits.ts';
import { type ModelRequest, modelInputs } from '../../../shared/model/inputs.ts';
import { LATENT_LENGTH } from '../../../shared/model/latent.ts';
import { edgeEngines } from '../../support/edge-engines.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';

/** The port of edge engines, in workerd: each draws what onnxruntime draws natively. */

const SEEDS = 16;
const TYPES = [1, 2, 3];
const COLORED = 9;
const PATTERNS = [49, 50, 51, 36];
const PICTURE_BYTES = 64 * 64 * 3;

/** Every type in so many seeds for a colour of the palette, and for none named; every pattern wherever it is said. */
const rows = [...CLUSTERS, null].map((lab, cluster) => {
  const plain = TYPES.flatMap((type) =>
    Array.from({ length: SEEDS }, (_, seed): ModelRequest => {
      const tokens = lab === null ? [type] : [4, COLORED, type];
      return { tokens, lab, seed: cluster * 1000 + seed };
    }),
  );
  const patterned = PATTERNS.flatMap((pattern) =>
    [
      [pattern, 1],
      [4, pattern, 39, 2],
      [5, 17, 3, pattern],
    ].map((tokens, at): ModelRequest => ({ tokens, lab, seed: cluster * 1000 + pattern * 10 + at })),
  );
  return [...plain, ...patterned];
});

let worker: WorkerUnderTest;
let expected: Uint8Array[];
beforeAll(async () => {
  const graph = await readFile(new URL('../../../shared/model/stage1.onnx', import.meta.url));
  const options = { executionProviders: ['cpu'], intraOpNumThreads: 1 };
  const session = await InferenceSession.create(graph, options);
  expected = [];
  for (const requests of rows) {
    const { tokens, latent, color } = modelInputs(requests);
    const { image } = await session.run({
      tokens: new Tensor('int32', tokens, [requests.length, MAX_TOKENS]),
      latent: new Tensor('float32', latent, [requests.length, LATENT_LENGTH]),
      color: new Tensor('float32', color, [requests.length, 4]),
    });
    expected.push(image?.data as Uint8Array);
  }
  worker = await startWorker({}, { dir: inject('generatorBundle') });
}, 1_200_000);
afterAll(() => worker?.stop());

describe.each(edgeEngines())('the engine port, kept by %s', (engine) => {
  it('every palette colour, type, pattern and seed: p99 within 2 of 255, 6 at most', async () => {
    const apart = new Uint32Array(256);
    for (const [at, requests] of rows.entries()) {
      const answer = await worker.fetch(`/draw?engine=${engine}`, {
        method: 'POST',
        body: JSON.stringify(requests),
      });
      const own = new Uint8Array(await answer.arrayBuffer());
      expect(own.length).toBe(requests.length * PICTURE_BYTES);
      for (let i = 0; i < own.length; i += 1) {
        const distance = Math.abs((own[i] ?? 0) - (expected[at]?.[i] ?? 0));
        apart[distance] = (apart[distance] ?? 0) + 1;
      }
    }
    const beyond = (bound: number): number => apart.slice(bound + 1).reduce((sum, count) => sum + count, 0);
    expect(beyond(2) / beyond(-1)).toBeLessThan(0.01);
    expect(beyond(6)).toBe(0);
  }, 1_200_000);
});
