import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL_DIR } from '../../../gpu-service/serve/config.ts';
import { type Engine, startEngine } from '../../../gpu-service/serve/engine.ts';
import type { PictureGraph } from '../../../gpu-service/serve/model-dir.ts';
import { createPictureMaker, type PictureInput } from '../../../gpu-service/serve/pictures.ts';

const config = { modelDir: DEFAULT_MODEL_DIR, providers: 'auto', threads: 2 } as const;
const request = (seed: number) => ({ tokens: [4, 9, 1 + (seed % 3)], lab: [30, 10, 5] as const, seed });

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, byte, i) => Math.max(largest, Math.abs(byte - (b[i] ?? 0))), 0);
}

describe('engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    const started = await startEngine(config, 4);
    if (!started.ok) throw new Error(started.error);
    engine = started.value;
  });
  afterAll(() => engine?.close());

  const draw = (graph: PictureGraph, seeds: readonly number[]) => engine.run(graph, seeds.map(request));
  const drawOne = async (graph: PictureGraph, seed: number) =>
    (await draw(graph, [seed]))[0] ?? new Uint8Array();

  it('says what executes the graphs', () => {
    expect(['cpu', 'cuda']).toContain(engine.provider);
    expect(engine.batchSizes).toEqual([1, 2, 4]);
  });

  it.each([
    { graph: 'stage1', edge: 64 },
    { graph: 'restgan', edge: 256 },
  ] as const)('$graph draws the same whatever the batch, within 1 of 255', async ({ graph, edge }) => {
    const alone = await Promise.all([1, 2, 3].map((seed) => drawOne(graph, seed)));
    const together = await draw(graph, [1, 2, 3]);
    const reversed = (await draw(graph, [9, 3, 2, 1])).toReversed();
    for (const [i, picture] of alone.entries()) {
      expect(picture).toHaveLength(edge * edge * 3);
      expect(largestDifference(picture, together[i] ?? new Uint8Array())).toBeLessThanOrEqual(1);
      expect(largestDifference(picture, reversed[i] ?? new Uint8Array())).toBeLessThanOrEqual(1);
    }
  });

  it('gives equal bytes for equal requests, and other pictures for other seeds', async () => {
    expect(await drawOne('stage1', 7)).toEqual(await drawOne('stage1', 7));
    expect(largestDifference(await drawOne('stage1', 7), await drawOne('stage1', 8))).toBeGreaterThan(1);
  });

  it('fails a run that the graph refuses, and goes on', async () => {
    await expect(engine.run('stage1', [{ ...request(1), tokens: [1_000_000] }])).rejects.toThrow();
    expect(await drawOne('stage1', 7)).toHaveLength(64 * 64 * 3);
  });

  it('leaves the event loop free while it runs', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await draw('restgan', [1, 2, 3, 4]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it('makes equal encoded bytes for equal requests, in every size and format', async () => {
    const maker = createPictureMaker(engine, { maxDelayMs: 0 });
    for (const size of [64, 128, 256] as const) {
      for (const format of ['png', 'webp'] as const) {
        const input: PictureInput = { ...request(7), size, format };
        const first = await maker.make(input);
        const second = await maker.make(input);
        if (!first.ok || !second.ok) throw new Error('no picture');
        expect(Buffer.compare(first.value.bytes, second.value.bytes)).toBe(0);
        expect(first.value.stage).toBe(size === 64 ? 1 : 2);
        const magic = Buffer.from(first.value.bytes).toString('latin1', 0, 12);
        expect(magic).toMatch(format === 'png' ? /^\x89PNG/ : /^RIFF....WEBP/s);
      }
    }
  });
});

describe('startEngine', () => {
  it('says what is wrong with a model directory', async () => {
    const started = await startEngine({ ...config, modelDir: 'no-such-directory' });
    expect(started).toMatchObject({ ok: false });
    expect(started.ok ? '' : started.error).toMatch(/manifest\.json/);
  });

  it('falls back from CUDA only when asked to choose', async () => {
    const [cuda, auto] = [
      await startEngine({ ...config, providers: 'cuda' }, 1),
      await startEngine(config, 1),
    ];
    if (!cuda.ok) {
      expect(cuda.error).toMatch(/cuda/i);
      expect(auto).toMatchObject({
        ok: true,
        value: { provider: 'cpu', note: expect.stringMatching(/cuda/i) },
      });
    } else {
      expect(auto).toMatchObject({ ok: true, value: { provider: 'cuda', note: null } });
    }
    for (const started of [cuda, auto]) if (started.ok) await started.value.close();
  });
});
