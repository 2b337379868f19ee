import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import { patience } from '../../support/patience.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';
import { BUDGET_MS, finalsInKv, look, type Seen } from './shoppers.ts';

/** The GPU service ends in the middle of its work, under load, and comes back on its address. */

const BACK_MS = 5_000;
const SHOPPERS = 3;
/** Longer than the other tests': shoppers and the service share the machine. */
const PATIENT_MS = 20_000;

let service: RunningService;
let worker: WorkerUnderTest;
let seed = 3_000;
function fresh(): string {
  seed += 1;
  return `/v1/preview?q=blue+jeans&seed=${seed}`;
}

beforeAll(async () => {
  service = await startServiceProcess({ DRAIN_SECONDS: '20' });
  worker = await startWorker({
    GPU_URL: service.url,
    GPU_TOKEN: TOKEN,
    GPU_BUDGET_MS: String(BUDGET_MS),
    GPU_DEADLINE_MS: String(PATIENT_MS),
    GPU_FLIGHT_MS: String(PATIENT_MS),
  });
  await worker.fetch('/v1/preview?q=warm+pants&stage=draft');
});
afterAll(async () => {
  await worker?.stop();
  service?.process.kill('SIGKILL');
});

/** Shoppers who ask for one picture after another until they are told to stop; every look is checked. */
function load() {
  const seen: Seen[] = [];
  let going = true;
  const end = performance.now() + patience(60_000);
  const shopper = async (): Promise<void> => {
    while (going && performance.now() < end) seen.push(await look(worker, fresh()));
  };
  const done = Promise.all(Array.from({ length: SHOPPERS }, shopper));
  return {
    seen,
    async stop() {
      going = false;
      await done;
    },
  };
}

const final = async (): Promise<string> => (await look(worker, fresh(), 'final', PATIENT_MS)).what;

describe.each([
  ['killed with −9 in the middle of a batch', 'SIGKILL'],
  ['told to stop, and restarted', 'SIGTERM'],
] as const)('a service that is %s under load', (_, signal) => {
  it('costs drafts and no broken image, and finals are back within 5 s', async () => {
    await expect.poll(final, { timeout: patience(10_000) }).toBe('final');
    const before = await finalsInKv(worker);
    const shoppers = load();
    await expect.poll(() => shoppers.seen.length, { timeout: patience(10_000) }).toBeGreaterThan(SHOPPERS);
    const port = new URL(service.url).port;
    service.process.kill(signal);
    await service.exit;
    await delay(500);
    service = await startServiceProcess({ PORT: port, DRAIN_SECONDS: '20' });
    await expect.poll(final, { timeout: patience(BACK_MS) }).toBe('final');
    await shoppers.stop();
    await expect.poll(() => finalsInKv(worker), { timeout: patience(5_000) }).toBeGreaterThan(before);
  });
});

it('a service whose clock is an hour wrong draws as before: deadlines are told as durations', async () => {
  const skewed = `const Real = Date; globalThis.Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() - 3600000) : super(...given); }
    static now() { return Real.now() - 3600000; }
  };`;
  const wrong = await startServiceProcess({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(skewed)}`,
  });
  const other = await startWorker({ GPU_URL: wrong.url, GPU_TOKEN: TOKEN, GPU_BUDGET_MS: '20000' });
  try {
    const answer = await other.fetch(fresh());
    expect(answer.headers.get('X-Preview-Stage')).toBe('2');
  } finally {
    await other.stop();
    wrong.process.kill('SIGKILL');
  }
});
