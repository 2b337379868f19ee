import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import { crowd } from '../../support/crowd.ts';
import { type FaultyWorker, faultyWorkers } from '../../support/faulty.ts';
import { counterOf } from '../../support/gpu-metrics.ts';
import { patience } from '../../support/patience.ts';
import { finalsInKv } from './shoppers.ts';

/** What a shopper gets, and what is in the cache afterwards, when Workers KV fails, is slow, or shows what is old. */

let service: RunningService;
let workers: Awaited<ReturnType<typeof faultyWorkers>>;
let worker: FaultyWorker;
let registry: string;
let seed = 2_000;
function fresh(): string {
  seed += 1;
  return `/v1/preview?q=black+pants&seed=${seed}`;
}
const drawn = (): Promise<number> => counterOf(service.metricsUrl, 'restgan_predictions_total');
const vars = (): Record<string, string> => ({
  GPU_URL: service.url,
  GPU_TOKEN: TOKEN,
  GPU_BUDGET_MS: '20000',
  GPU_DEADLINE_MS: '20000',
  KV_BUDGET_MS: '200',
});

beforeAll(async () => {
  service = await startServiceProcess();
  workers = await faultyWorkers();
  registry = await mkdtemp(join(tmpdir(), 'restgan-registry-'));
  worker = await workers.start(vars(), { registry: { dir: registry, host: true } });
});
afterAll(async () => {
  await workers?.close();
  service?.process.kill('SIGKILL');
  await rm(registry, { recursive: true, force: true });
});
beforeEach(() => worker.fail({}));

describe('KV', () => {
  it.each(['down', 'hang'] as const)(
    'that answers nothing (%s) for reading and writing: a final, drawn once, kept by its flight',
    async (how) => {
      await worker.fail({ read: how, write: how });
      const [before, address, held] = [await drawn(), fresh(), await finalsInKv(worker)];
      const first = await worker.fetch(address);
      const second = await worker.fetch(address);
      expect([first, second].map(({ headers }) => headers.get('X-Preview-Stage'))).toEqual(['2', '2']);
      expect(second.headers.get('X-Preview-Source')).toBe('cache');
      expect(await drawn()).toBe(before + 1);
      expect(await finalsInKv(worker)).toBe(held);
    },
  );

  it('that is slow to read is passed over, and what it holds is not drawn again', async () => {
    const address = fresh();
    await worker.fetch(address);
    await worker.fail({ read: 'slow', ms: 400 });
    const before = await drawn();
    const answer = await worker.fetch(address);
    expect(answer.headers.get('X-Preview-Source')).toBe('cache');
    expect(await drawn()).toBe(before);
    expect(worker.log).toContainEqual(expect.objectContaining({ what: 'cache_read_slow' }));
  });

  it('that refuses the write gets it later', async () => {
    const [address, held] = [fresh(), await finalsInKv(worker)];
    await worker.fail({ write: 'down' });
    expect((await worker.fetch(address)).headers.get('X-Preview-Source')).toBe('gpu');
    await expect
      .poll(() => worker.log)
      .toContainEqual(expect.objectContaining({ what: 'cache_write_failed' }));
    await worker.fail({});
    await expect.poll(() => finalsInKv(worker), { timeout: patience(10_000) }).toBe(held + 1);
  });
});

describe('a thousand shoppers who want the same new word at once', () => {
  it('from two Worker processes that share the Durable Object, KV 60 s stale: one generation, no error', async () => {
    const other = await workers.start(vars(), { registry: { dir: registry, host: false } });
    for (const one of [worker, other]) await one.fail({ staleMs: 60_000 });
    const [before, address] = [await drawn(), fresh()];
    const answers = await crowd(
      Array.from({ length: 1_000 }, (_, at) => (at % 2 === 0 ? worker : other).url + address),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(new Set(answers.map(({ headers }) => headers['x-preview-stage']))).toEqual(new Set(['2']));
    expect(answers.some(({ headers }) => headers['x-preview-source'] === 'gpu')).toBe(true);
    // And those who come while no location sees the write.
    for (const one of [worker, other, worker, other]) {
      expect((await one.fetch(address)).headers.get('X-Preview-Source')).toBe('cache');
    }
    expect(await drawn()).toBe(before + 1);
  });
});
