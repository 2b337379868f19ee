/**
 * `npm run build && npm run bench serve [turns]`: the Worker's hit path beside a bare Hono route with the same KV read,
 * its miss path, and the GPU service beside an in-process loop; load comes from other processes. What is compared is
 * measured in turn in one run, so that what else the machine does meets both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GpuProcess, loopRate, startGpu, TOKEN } from './gpu-process.ts';
import { load, type Measured, median, quantile } from './load.ts';
import { bundle } from './process.ts';
import { startWorkerd, type Workerd } from './workerd.ts';

const turns = Number(process.argv[3] ?? 5);
const SECONDS = 5;
const CONNECTIONS = 16;
const ADDRESS = '/v1/preview/black-pants.webp?seed=7';
/** Pictures asked for at once by the load on the GPU service: two batches of a CPU. */
const AT_ONCE = 8;

const dir = mkdtempSync(join(tmpdir(), 'restgan-serving-'));
const gpu = await startGpu();
try {
  await bundle('worker', join(dir, 'worker'), '../index.ts');
  await bundle('bare', join(dir, 'bare'));
  const worker = await startWorkerd(join(dir, 'worker'), {
    GPU_URL: gpu.url,
    GPU_TOKEN: TOKEN,
    GPU_BUDGET_MS: '20000',
  });
  await hits(worker);
  await misses(worker);
  await worker.stop();
  await service(gpu);
} finally {
  gpu.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** One picture from KV, again and again. */
async function hits(worker: Workerd): Promise<void> {
  await (await fetch(worker.url + ADDRESS)).arrayBuffer();
  let key = '';
  for (; key === ''; await pause(100)) key = (await worker.kv.list()).keys[0]?.name ?? '';
  const bare = await startWorkerd(join(dir, 'bare'), { KEY: key });
  await bare.kv.put(key, (await worker.kv.get(key, 'arrayBuffer')) ?? new ArrayBuffer(0));
  const runs = { worker: [] as Measured[], bare: [] as Measured[] };
  for (const { url } of [worker, bare])
    await load({ url: url + ADDRESS, connections: CONNECTIONS, seconds: 2 });
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [name, { url }] of [
      ['bare', bare],
      ['worker', worker],
    ] as const) {
      runs[name].push(await load({ url: url + ADDRESS, connections: CONNECTIONS, seconds: SECONDS }));
    }
  }
  await bare.stop();
  const of = (name: keyof typeof runs, pick: (run: Measured) => number): number =>
    median(runs[name].map(pick));
  console.log(`KV hit, ${CONNECTIONS} connections, median of ${turns} turns of ${SECONDS} s each:`);
  console.table(
    Object.fromEntries(
      (['bare', 'worker'] as const).map((name) => [
        name,
        {
          'requests/s': round(of(name, (run) => run.rate)),
          p50: of(name, (run) => run.p50),
          p99: of(name, (run) => run.p99),
          failed: runs[name].reduce((sum, { failed }) => sum + failed, 0),
        },
      ]),
    ),
  );
  const ratios = runs.worker.map(({ rate }, turn) => rate / (runs.bare[turn]?.rate ?? Number.NaN));
  console.log(`throughput, worker : bare  ${round(median(ratios))}  (bar 0.85 at least)`);
  console.log(
    `p99, worker : bare         ${round(of('worker', (run) => run.p99) / of('bare', (run) => run.p99))}  (bar 1.5 at most)\n`,
  );
}

/** New pictures, one after another for each of so many shoppers. */
async function misses(worker: Workerd): Promise<void> {
  const times: number[] = [];
  let seed = 1_000;
  const until = performance.now() + SECONDS * 2_000;
  const since = performance.now();
  const shopper = async (): Promise<void> => {
    while (performance.now() < until) {
      seed += 1;
      const began = performance.now();
      const answer = await fetch(`${worker.url}/v1/preview/black-pants.webp?seed=${seed}&stage=final`);
      await answer.arrayBuffer();
      if (answer.ok) times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, shopper));
  const rate = (times.length * 1_000) / (performance.now() - since);
  console.log(
    `miss (Worker, flight, GPU service, KV write), ${AT_ONCE} shoppers: ${round(rate)} pictures/s, p50 ${round(median(times))} ms, p99 ${round(quantile(times, 0.99))} ms\n`,
  );
}

/** The GPU service under load, and the loop alone, in turn. */
async function service({ url, model }: GpuProcess): Promise<void> {
  const ratios: number[] = [];
  for (let turn = 0; turn < Math.max(3, Math.ceil(turns / 2)); turn += 1) {
    const loop = await loopRate(SECONDS * 2);
    const served = await serviceRate(url, model, turn * 1_000_000, SECONDS * 2);
    ratios.push(served / loop);
    console.log(
      `GPU service ${round(served)} pictures/s, in-process loop ${round(loop)}: ${round(served / loop)}`,
    );
  }
  console.log(`GPU service : in-process loop  ${round(median(ratios))}  (bar 0.90 at least)`);
}

async function serviceRate(url: string, model: string, firstSeed: number, seconds: number): Promise<number> {
  let made = 0;
  let seed = firstSeed;
  const since = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - since < seconds * 1_000) {
      seed += 1;
      const input = { tokens: [4, 9, 1], lab: [30, 10, 5], seed, size: 256, format: 'webp' };
      const answer = await fetch(`${url}/v1/predictions`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json', Prefer: 'wait=30' },
        body: JSON.stringify({ version: model, input }),
      });
      await answer.arrayBuffer();
      if (answer.status === 201) made += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return (made * 1_000) / (performance.now() - since);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
