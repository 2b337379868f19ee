/**
 * `npm run build && npm run bench soak [minutes]`: shoppers at the Worker and its GPU service for so long, three of four
 * for pictures that are there, and the memory of both processes every few seconds, as a table and a plot.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGpu, TOKEN } from './gpu-process.ts';
import { plot, residentMb, watch } from './memory.ts';
import { bundle } from './process.ts';
import { startWorkerd } from './workerd.ts';

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
  const everyMs = (minutes * 60_000) / SAMPLES;
  const watches = {
    worker: watch(worker.memory, everyMs),
    'GPU service': watch(() => residentMb(gpu.child.pid ?? 0), everyMs),
  };
  await Promise.all(Array.from({ length: SHOPPERS }, shopper));
  const samples = Object.entries(watches).map(([name, { stop }]) => ({ name, samples: stop() }));
  await worker.stop();
  console.log(`${minutes} minutes, ${SHOPPERS} shoppers, ${seed} pictures:`, counts);
  for (const { name, samples: taken } of samples) plot(name, taken);
} finally {
  gpu.stop();
  rmSync(dir, { recursive: true, force: true });
}
