/**
 * `npm run build && npm run bench serve [turns]`: the Worker's hit path (hits.ts), its miss path, and the GPU service
 * beside an in-process loop; load comes from other processes. What is compared is measured in turn in one run, so that
 * what else the machine does meets both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capacity } from './ask-service.ts';
import { type GpuProcess, loopRate, startGpu, TOKEN } from './gpu-process.ts';
import { median, quantile } from './numbers.ts';
import { bundle } from './process.ts';
import { startWorkerd, type Workerd } from './workerd.ts';

const turns = Number(process.argv[3] ?? 9);
const SECONDS = 5;
/** Pictures asked for at once by the load on the GPU service: two batches of a CPU. */
const AT_ONCE = 8;

await import('./hits.ts');

const dir = mkdtempSync(join(tmpdir(), 'restgan-serving-'));
const gpu = await startGpu();
try {
  await bundle('worker', join(dir, 'worker'), '../index.ts');
  const worker = await startWorkerd(join(dir, 'worker'), {
    GPU_URL: gpu.url,
    GPU_TOKEN: TOKEN,
    GPU_BUDGET_MS: '20000',
  });
  await misses(worker);
  await worker.stop();
  await service(gpu);
} finally {
  gpu.stop();
  rmSync(dir, { recursive: true, force: true });
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
async function service({ url }: GpuProcess): Promise<void> {
  const ratios: number[] = [];
  for (let turn = 0; turn < Math.max(3, Math.ceil(turns / 2)); turn += 1) {
    const loop = await loopRate(SECONDS * 2);
    const served = await capacity(url, AT_ONCE, SECONDS * 2, turn * 1_000_000);
    ratios.push(served / loop);
    console.log(
      `GPU service ${round(served)} pictures/s, in-process loop ${round(loop)}: ${round(served / loop)}`,
    );
  }
  console.log(`GPU service : in-process loop  ${round(median(ratios))}  (bar 0.90 at least)`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
