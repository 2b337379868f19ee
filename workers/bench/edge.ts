/**
 * Stage-I at the edge, engine beside engine in one run: `npm run bench edge [processes]`. Linux only (see process.ts).
 *
 * Every process is a fresh workerd. Start-up: from its start until it answers, less what a worker without an engine takes.
 * First picture: the CPU of the request that draws and encodes it. Warm: batches after the compiler has
 * tiered up. onnxruntime-node on one thread is the native reference. The graph is exported with transposed
 * convolutions, which is onnxruntime's best form of it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { modelInputs } from '../../shared/model/inputs.ts';
import { bundle, start } from './process.ts';

const ENTRIES = ['empty', 'onnx', 'kernel'] as const;
type Entry = (typeof ENTRIES)[number];

const WARM_UP = 60;
const BATCHES = 12;
const BATCH = 10;
const processes = Number(process.argv[3] ?? 5);

interface Run {
  readonly startup: number;
  readonly first: number;
  readonly memory: number;
  /** CPU milliseconds per picture, a value per batch. */
  readonly warm: readonly number[];
}

async function measure(entry: Entry): Promise<Run> {
  const worker = await start(entry, join(root, entry));
  try {
    await worker.fetch('/');
    const startup = worker.cpu();
    await worker.fetch('/first');
    const first = worker.cpu() - startup;
    const warm: number[] = [];
    if (entry !== 'empty') {
      await worker.fetch(`/draw?count=${WARM_UP}`);
      for (let batch = 0; batch < BATCHES; batch += 1) {
        const since = worker.cpu();
        await worker.fetch(`/draw?count=${BATCH}`);
        warm.push((worker.cpu() - since) / BATCH);
      }
    }
    return { startup, first, memory: worker.peakMemory(), warm };
  } finally {
    await worker.stop();
  }
}

/** CPU milliseconds per picture, a value per batch. */
async function native(): Promise<number[]> {
  const graph = readFileSync(new URL('../../shared/model/stage1.onnx', import.meta.url));
  const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await InferenceSession.create(graph, options);
  const { tokens, latent, color } = modelInputs([{ tokens: [4, 9, 12, 1], lab: [40, 5, 5], seed: 7 }]);
  const feeds = {
    tokens: new Tensor('int32', tokens, [1, tokens.length]),
    latent: new Tensor('float32', latent, [1, latent.length]),
    color: new Tensor('float32', color, [1, color.length]),
  };
  const batches: number[] = [];
  for (let batch = 0; batch < BATCHES + 3; batch += 1) {
    const since = process.cpuUsage();
    for (let i = 0; i < BATCH; i += 1) await session.run(feeds);
    const { user, system } = process.cpuUsage(since);
    batches.push((user + system) / 1000 / BATCH);
  }
  return batches.slice(3);
}

function report(reference: readonly number[]): void {
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  const of = (entry: Entry, pick: (run: Run) => number): number => median(runs[entry].map(pick));
  const warm = { onnx: runs.onnx.flatMap((run) => run.warm), kernel: runs.kernel.flatMap((run) => run.warm) };
  const idle = of('empty', (run) => run.startup);
  const rows = (['onnx', 'kernel'] as const).map((entry) => ({
    engine: entry === 'onnx' ? 'onnxruntime-web' : 'kernel',
    startup: of(entry, (run) => run.startup) - idle,
    first: of(entry, (run) => run.first),
    p50: median(warm[entry]),
    p99: quantile(warm[entry], 0.99),
    memory: of(entry, (run) => run.memory),
    gzip:
      (entry === 'onnx'
        ? zipped('dist/ort.wasm', '../shared/model/stage1.onnx')
        : zipped('dist/kernel.wasm', 'dist/stage1.bin')) / 1024,
  }));
  console.log(`Median of ${processes} processes each, CPU milliseconds; batches of ${BATCH} pictures.\n`);
  console.table(Object.fromEntries(rows.map(({ engine, ...row }) => [engine, rounded(row)])));
  console.log(
    `onnxruntime-node, one thread: ${median(reference).toFixed(2)} ms. A workerd without an engine: ${of('empty', (run) => run.memory).toFixed(0)} MB.`,
  );
  const [onnx, kernel] = rows;
  if (onnx === undefined || kernel === undefined) return;
  const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)}x`;
  console.log(`warm, onnxruntime-web : kernel       ${ratio(onnx.p50, kernel.p50)}  (bar 1.5 at least)`);
  console.log(
    `warm, kernel : onnxruntime-node      ${ratio(kernel.p50, median(reference))}  (bar 2.5 at most)`,
  );
  console.log(
    `cold in all, onnxruntime-web : kernel ${ratio(onnx.startup + onnx.first, kernel.startup + kernel.first)}  (bar 15 at least)\n`,
  );
  const longest = Math.max(onnx.p50, kernel.p50, median(reference));
  const bars = [
    ...rows.map(({ engine, p50 }) => [engine, p50] as const),
    ['onnxruntime-node', median(reference)] as const,
  ];
  for (const [name, value] of bars)
    console.log(`${name.padEnd(17)}${'#'.repeat(Math.round((value / longest) * 60))} ${value.toFixed(2)}`);
}

const rounded = (row: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value.toFixed(2))]));

const zipped = (...files: readonly string[]): number =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(`../${file}`, import.meta.url))).length, 0);

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

const root = mkdtempSync(join(tmpdir(), 'restgan-bench-'));
const runs: Record<Entry, Run[]> = { empty: [], onnx: [], kernel: [] };
try {
  for (const entry of ENTRIES) await bundle(entry, join(root, entry));
  // In turn, so that what else the machine does meets all of them.
  for (let turn = 0; turn < processes; turn += 1) {
    for (const entry of ENTRIES) runs[entry].push(await measure(entry));
  }
  report(await native());
} finally {
  rmSync(root, { recursive: true, force: true });
}
