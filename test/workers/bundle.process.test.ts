import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { edgeEngines } from '../support/edge-engines.ts';
import { startWorker, type WorkerUnderTest } from '../support/worker.ts';

/** What Cloudflare's free plan takes, compressed. The kernel's bundle is far below; onnxruntime-web's is above. */
const FREE_PLAN_BYTES = 3_000_000;

const [engine] = edgeEngines();

describe.runIf(engine === 'kernel')('the bundle', () => {
  it('fits the free plan', () => {
    const dir = inject('workerBundle');
    const sizes = readdirSync(dir)
      .filter((file) => !file.endsWith('.map') && file !== 'README.md')
      .map((file) => gzipSync(readFileSync(join(dir, file))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FREE_PLAN_BYTES);
  });

  let worker: WorkerUnderTest;
  beforeAll(async () => {
    worker = await startWorker({ EDGE_ENGINE: 'onnx' });
  });
  afterAll(() => worker?.stop());

  it('says so when it was built without the engine that it is to use', async () => {
    expect((await worker.fetch('/v1/health')).status).toBe(500);
    expect(worker.log.map((line) => ('detail' in line ? line.detail : ''))).toContainEqual(
      expect.stringMatching(/EDGE_ENGINE cannot be onnx: .*npm run build/),
    );
  });
});
