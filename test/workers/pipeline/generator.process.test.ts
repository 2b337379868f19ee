import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FORMATS, SIZES } from '../../../shared/contract/limits.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import { type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import { edgeEngines } from '../../support/edge-engines.ts';
import { type GeneratorUnderTest, remoteGenerator } from '../../support/generators.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';

let service: RunningService;
let worker: WorkerUnderTest;
beforeAll(async () => {
  service = await startServiceProcess();
  worker = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN }, { dir: inject('generatorBundle') });
});
afterAll(async () => {
  await worker?.stop();
  service?.process.kill();
});

const options = { deadlineMs: 20_000, requestId: 'contract' };

describe.each(['gpu', ...edgeEngines()] as const)('the generator port, kept by %s', (name) => {
  let generator: GeneratorUnderTest;
  let base: PictureRequest;
  beforeAll(() => {
    generator = remoteGenerator(worker, name);
    const { stage } = generator;
    const words = { tokens: [4, 9, 1], lab: [30, 10, 5] } as const;
    base = { model: service.model, ...words, seed: 7, size: 256, format: 'webp', stage };
  });

  it.each(SIZES.flatMap((size) => FORMATS.map((format) => ({ size, format }))))(
    'draws what is asked for: $size px, $format',
    async ({ size, format }) => {
      const made = await generator.generate({ ...base, size, format }, options);
      if (!made.ok) throw new Error(made.error.detail);
      const { bytes, network, ...picture } = made.value;
      expect(picture).toEqual({ format, stage: generator.stage, model: service.model });
      expect(network).toBe(name !== 'gpu' || size === 64 ? 1 : 2);
      const found = await sharp(bytes).metadata();
      expect(found).toMatchObject({ format, width: size, height: size });
    },
  );

  it('draws equal bytes for equal requests and others for another seed, word or colour', async () => {
    const bytesOf = async (request: PictureRequest): Promise<string> => {
      const made = await generator.generate(request, options);
      return made.ok ? Buffer.from(made.value.bytes).toString('base64') : made.error.code;
    };
    const first = await bytesOf(base);
    expect(await bytesOf(base)).toBe(first);
    const others = [{ seed: 8 }, { tokens: [4, 9, 2] }, { lab: [80, 0, 0] as const }];
    for (const other of others) expect(await bytesOf({ ...base, ...other })).not.toBe(first);
  });

  it('draws without a colour', async () => {
    expect(await generator.generate({ ...base, tokens: [4, 1], lab: null }, options)).toMatchObject({
      ok: true,
    });
  });

  it('answers what no model can draw with an error, and goes on', async () => {
    const made = await generator.generate({ ...base, tokens: [60_000] }, options);
    expect(made.ok).toBe(false);
    expect(await generator.generate(base, options)).toMatchObject({ ok: true });
  });
});

describe.each(edgeEngines())('the GPU service and the edge by %s', (engine) => {
  it('draw the same Stage-I picture: at most 2 of 255 apart at p99, 6 at most', async () => {
    const request: PictureRequest = {
      model: service.model,
      tokens: [4, 9, 1],
      lab: [30, 10, 5],
      seed: 7,
      size: 64,
      format: 'png',
      stage: 'final',
    };
    const [gpu, edge] = await Promise.all(
      (['gpu', engine] as const).map(async (name) => {
        const made = await remoteGenerator(worker, name).generate(request, options);
        if (!made.ok) throw new Error(made.error.detail);
        return sharp(made.value.bytes).removeAlpha().raw().toBuffer();
      }),
    );
    const apart = Array.from(gpu ?? [], (value, at) => Math.abs(value - (edge?.[at] ?? 0))).toSorted(
      (a, b) => a - b,
    );
    expect(apart.length).toBe(64 * 64 * 3);
    expect(apart.at(Math.floor(apart.length * 0.99))).toBeLessThanOrEqual(2);
    expect(apart.at(-1)).toBeLessThanOrEqual(6);
  });
});
