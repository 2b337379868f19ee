import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import { type Chaos, type ChaosProxy, startChaosProxy } from '../../support/chaos-proxy.ts';
import { patience } from '../../support/patience.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';
import { BUDGET_MS, DEADLINE_MS, finalsInKv, look } from './shoppers.ts';

/** What a shopper gets, in what time, and what is in the cache afterwards, when the way to the GPU service is bad. */

let service: RunningService;
let proxy: ChaosProxy;
let worker: WorkerUnderTest;
let seed = 1_000;
/** A picture that nobody has asked for. */
function fresh(): string {
  seed += 1;
  return `/v1/preview?q=black+pants&seed=${seed}`;
}

beforeAll(async () => {
  service = await startServiceProcess();
  proxy = await startChaosProxy(service.url);
  worker = await startWorker({
    GPU_URL: proxy.url,
    GPU_TOKEN: TOKEN,
    GPU_BUDGET_MS: String(BUDGET_MS),
    GPU_DEADLINE_MS: String(DEADLINE_MS),
    GPU_FLIGHT_MS: '10000',
  });
  await worker.fetch('/v1/preview?q=warm+pants&stage=draft');
});
afterAll(async () => {
  await worker?.stop();
  proxy?.close();
  service?.process.kill('SIGKILL');
});

/** Until the breaker lets requests through and one of them has had its final. */
async function recovered(): Promise<void> {
  proxy.chaos = { kind: 'none' };
  await expect
    .poll(async () => (await look(worker, fresh(), 'final')).what, { timeout: patience(15_000) })
    .toBe('final');
}

beforeEach(recovered);

const broken: Chaos[] = [
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'truncation' },
  { kind: 'garbage' },
  { kind: 'no-http' },
  { kind: 'html' },
  { kind: 'oversized' },
  ...[429, 500, 503].map((status) => ({ kind: 'status', status }) as const),
];

describe('an answer that is of no use', () => {
  it.each(broken.map((chaos) => [Object.values(chaos).join(' '), chaos] as const))(
    '%s: a draft, then a notice, and nothing in the cache',
    async (_, chaos) => {
      const before = await finalsInKv(worker);
      proxy.chaos = chaos;
      const [a, b] = [fresh(), fresh()];
      expect((await look(worker, a)).what).toBe('draft');
      expect((await look(worker, b, 'final')).what).toBe('notice');
      expect(await finalsInKv(worker)).toBe(before);
      await recovered();
      // Nor is its own picture held by the attempt that went wrong.
      await expect
        .poll(async () => (await look(worker, a, 'final')).what, { timeout: patience(15_000) })
        .toBe('final');
    },
  );
});

describe('an answer that is late', () => {
  it('is a draft for who looks now, and the final lands in the cache', async () => {
    const before = await finalsInKv(worker);
    proxy.chaos = { kind: 'latency', ms: BUDGET_MS * 1.5 };
    const address = fresh();
    expect((await look(worker, address)).what).toBe('draft');
    await expect.poll(() => finalsInKv(worker), { timeout: patience(8_000) }).toBe(before + 1);
    expect(await look(worker, address)).toMatchObject({ what: 'final', source: 'cache' });
  });

  it('comes in slices of 500 bytes and is whole', async () => {
    const before = await finalsInKv(worker);
    proxy.chaos = { kind: 'slicing', bytes: 500 };
    const address = fresh();
    const sliced = await look(worker, address, 'final');
    expect(sliced.what).toBe('final');
    await expect.poll(() => finalsInKv(worker), { timeout: patience(5_000) }).toBe(before + 1);
    expect((await look(worker, address)).bytes.equals(sliced.bytes)).toBe(true);
  });
});

describe('a service that is down for long', () => {
  it('is asked by few: the breaker opens, and drafts come at once', async () => {
    proxy.chaos = { kind: 'status', status: 500 };
    const before = proxy.creations;
    for (let turn = 0; turn < 30; turn += 1) expect((await look(worker, fresh())).what).toBe('draft');
    expect(proxy.creations - before).toBeLessThan(30);
    expect(worker.log).toContainEqual(expect.objectContaining({ what: 'breaker_opened' }));
  });
});
