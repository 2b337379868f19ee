/**
 * `npm run build && npm run bench soak [minutes]`: shoppers at the Worker and its GPU service for so long, three of four
 * for pictures that are there, and the memory of both processes every few seconds, as a table and a plot.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGpu, TOKEN } from './gpu-process.ts';
import { bundle } from './process.ts';
import { residentMb, startWorkerd } from './workerd.ts';

const minutes = Number(process.argv[3] ?? 10);
const SHOPPERS = 6;
const SAMPLES = 40;

const dir = mkdtempSync(join(tmpdir(), 'restgan-soak-'));
const gpu = await startGpu();
try {
  await bundle('worker', join(dir, 'worker'), '../index.ts');
  const worker = await startWorkerd(join(dir, 'worker'), { GPU_URL: gpu.url, GPU_TOKEN: TOKEN });
  const until = performance.now() + minutes * 60_000;
  const counts = { final: 0, draft: 0, failed: 0 };
  let seed = 0;
  const shopper = async (): Promise<void> => {
    while (performance.now() < until) {
      const known = Math.random() < 0.75;
      if (!known) seed += 1;
      const asked = known ? Math.floor(Math.random() * Math.max(1, seed)) : seed;
      const stage = Math.random() < 0.5 ? 'auto' : 'draft';
      const answer = await fetch(`${worker.url}/v1/preview/black-pants.webp?seed=${asked}&stage=${stage}`);
      await answer.arrayBuffer();
      if (!answer.ok) counts.failed += 1;
      else counts[answer.headers.get('X-Preview-Stage') === '2' ? 'final' : 'draft'] += 1;
    }
  };
  const rows: { second: number; worker: number; gpu: number }[] = [];
  const sampler = setInterval(
    () =>
      rows.push({
        second: Math.round(performance.now() / 1_000),
        worker: worker.memory(),
        gpu: residentMb(gpu.child.pid ?? 0),
      }),
    (minutes * 60_000) / SAMPLES,
  );
  await Promise.all(Array.from({ length: SHOPPERS }, shopper));
  clearInterval(sampler);
  await worker.stop();
  console.log(`${minutes} minutes, ${SHOPPERS} shoppers:`, counts);
  for (const name of ['worker', 'gpu'] as const) {
    const values = rows.map((row) => row[name]);
    const [third, last] = [
      values.slice(values.length / 3, (values.length * 2) / 3),
      values.slice((values.length * 2) / 3),
    ];
    console.log(
      `\n${name}: resident memory, MB; mean of the middle third ${mean(third).toFixed(0)}, of the last ${mean(last).toFixed(0)}`,
    );
    const most = Math.max(...values);
    for (const row of rows)
      console.log(
        `${String(row.second).padStart(6)} s ${'#'.repeat(Math.round((row[name] / most) * 60))} ${row[name].toFixed(0)}`,
      );
  }
} finally {
  gpu.stop();
  rmSync(dir, { recursive: true, force: true });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
