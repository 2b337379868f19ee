/**
 * `npm run bench overload [seconds]`: twice the pictures that the GPU service can draw are asked for, at even distances
 * and whatever it answers. What it accepts it has to finish, what it refuses it has to refuse at once, and its memory
 * must not grow.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { askService, capacity, type Said } from './ask-service.ts';
import { startGpu } from './gpu-process.ts';
import { plot, residentMb, watch } from './memory.ts';
import { quantile } from './numbers.ts';

const seconds = Number(process.argv[3] ?? 60);
const FACTOR = 2;
const CALLERS = 16;
const MEASURE_S = 10;

const gpu = await startGpu();
try {
  const can = await capacity(gpu.url, CALLERS, MEASURE_S);
  const memory = watch(() => residentMb(gpu.child.pid ?? 0), (seconds * 1_000) / 30);
  const asked: Promise<Said>[] = [];
  const since = performance.now();
  while (performance.now() - since < seconds * 1_000) {
    const due = Math.floor(((performance.now() - since) / 1_000) * can * FACTOR);
    while (asked.length < due) asked.push(askService(gpu.url, 1_000_000 + asked.length));
    await pause(5);
  }
  const said = await Promise.all(asked);
  const samples = memory.stop();
  report(can, said);
  plot('GPU service', samples);
} finally {
  gpu.stop();
}

function report(can: number, said: readonly Said[]): void {
  const drawn = said.filter(({ http, status }) => http === 201 && status === 'succeeded');
  const refused = said.filter(({ http }) => http === 429);
  const row = (answers: readonly Said[]) => {
    const times = answers.map(({ ms }) => ms);
    const ms = (q: number): number => Math.round(quantile(times, q));
    return { answers: answers.length, 'p50, ms': ms(0.5), 'p99, ms': ms(0.99), 'longest, ms': ms(1) };
  };
  console.log(
    `capacity ${can.toFixed(1)} pictures/s; ${(said.length / seconds).toFixed(1)} asked for a second, ${seconds} s long:`,
  );
  console.table({ 'accepted and drawn': row(drawn), 'refused (429)': row(refused) });
  console.log(`accepted and not answered  ${said.length - drawn.length - refused.length}  (bar 0)`);
  const p99 = quantile(
    refused.map(({ ms }) => ms),
    0.99,
  );
  console.log(`refusals, p99              ${p99.toFixed(1)} ms  (bar 50 at most)`);
}
