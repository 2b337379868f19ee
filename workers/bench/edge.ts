/**
 * Stage-I at the edge, engine beside engine in one run: `npm run build && npm run bench edge [processes]`. Linux only.
 *
 * workerd's clocks stand still while it computes, and a crowded machine makes any clock a liar: what is measured is time
 * on a processor, as the kernel accounts it (process.ts). Every process is a fresh workerd, the entries take turns, and
 * what a worker that does nothing takes is subtracted: from the start-up (from the process's start to its first answer),
 * and from every request. Cold: the first request, which draws and encodes 256 x 256 as WebP. Warm: when the compiler's
 * threads have come to rest, which takes onnxruntime-web some 200 pictures. onnxruntime-node on one thread is the native
 * reference; it draws in this very run, for its better export.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { asWritten } from './as-written.ts';
import { nativeMs } from './native.ts';
import { bar, median, quantile, rounded } from './numbers.ts';
import { bundle, type Cpu, start } from './process.ts';

const ENGINES = {
  kernel: 'kernel',
  onnx: 'onnxruntime-web, ConvTranspose',
  'onnx-written': 'onnxruntime-web, as written',
} as const;
type Engine = keyof typeof ENGINES;
const names = Object.keys(ENGINES) as Engine[];

const BATCH = 10;
const BATCHES = 12;
const WARM_UP = 40;
const MOST_WARM_UPS = 10;
const MANY = 10_000;
const processes = Number(process.argv[3] ?? 5);

interface Run {
  readonly startup: Cpu;
  readonly first: Cpu;
  /** Of the worker's thread, per picture, a value per batch. */
  readonly draw: readonly number[];
  readonly whole: readonly number[];
  readonly heap: number;
  readonly memory: number;
}

async function measure(entry: Engine): Promise<Run> {
  const worker = await start(entry, join(root, entry));
  try {
    await worker.fetch('/draw?count=0');
    const startup = worker.cpu();
    const first = (await worker.fetch('/whole')).cpu;
    for (let turn = 0; turn < MOST_WARM_UPS; turn += 1) {
      const { thread, others } = (await worker.fetch(`/whole?count=${WARM_UP}`)).cpu;
      if (others < thread / 20) break;
    }
    const draw: number[] = [];
    const whole: number[] = [];
    for (let batch = 0; batch < BATCHES; batch += 1) {
      draw.push((await worker.fetch(`/draw?count=${BATCH}`)).cpu.thread / BATCH);
      whole.push((await worker.fetch(`/whole?count=${BATCH}`)).cpu.thread / BATCH);
    }
    const heap = Number((await worker.fetch('/heap')).text) / 1e6;
    return { startup, first, draw, whole, heap, memory: worker.memory().most };
  } finally {
    await worker.stop();
  }
}

interface Idle {
  readonly startup: number;
  readonly request: number;
  readonly memory: number;
}

async function measureIdle(): Promise<Idle> {
  const worker = await start('empty', join(root, 'empty'));
  try {
    await worker.fetch('/');
    const startup = worker.cpu().thread;
    const request = (await worker.fetch('/')).cpu.thread;
    return { startup, request, memory: worker.memory().most };
  } finally {
    await worker.stop();
  }
}

/** The deployed Worker: its start-up, an isolate's first draft, and later ones, each another picture. */
async function measureWorker() {
  const worker = await start('worker', join(root, 'worker'));
  const draft = async (seed: number) =>
    (await worker.fetch(`/v1/preview?q=womens+black+petite+pants&stage=draft&seed=${seed}`)).cpu.thread;
  try {
    await worker.fetch('/v1/health');
    const startup = worker.cpu().thread;
    const first = await draft(0);
    for (let seed = 1; seed < 60; seed += 1) await draft(seed);
    const later: number[] = [];
    for (let seed = 60; seed < 120; seed += 1) later.push(await draft(seed));
    return { startup, first, later: median(later) };
  } finally {
    await worker.stop();
  }
}

/** WASM and resident memory before and after many pictures of the kernel, MB. */
async function measureGrowth() {
  const worker = await start('kernel', join(root, 'kernel'));
  const sizes = async () => ({
    heap: Number((await worker.fetch('/heap')).text) / 1e6,
    resident: worker.memory().now,
  });
  try {
    await worker.fetch('/whole?count=500');
    const before = await sizes();
    for (let done = 0; done < MANY; done += 500) await worker.fetch('/whole?count=500');
    return { before, after: await sizes() };
  } finally {
    await worker.stop();
  }
}

const bundleBytes = (entry: string): number =>
  readdirSync(join(root, entry))
    .map((file) => gzipSync(readFileSync(join(root, entry, file))).length)
    .reduce((sum, size) => sum + size, 0);

async function report(): Promise<void> {
  const idle = {
    startup: median(idles.map(({ startup }) => startup)),
    request: median(idles.map(({ request }) => request)),
    memory: median(idles.map(({ memory }) => memory)),
  };
  const row = (entry: Engine) => {
    const of = (pick: (run: Run) => number): number => median(runs[entry].map(pick));
    const draw = runs[entry].flatMap((run) => run.draw).map((ms) => ms - idle.request / BATCH);
    const whole = runs[entry].flatMap((run) => run.whole).map((ms) => ms - idle.request / BATCH);
    return {
      'start-up': of(({ startup }) => startup.thread) - idle.startup,
      'first request': of(({ first }) => first.thread) - idle.request,
      "compiler's threads": of(({ startup, first }) => startup.others + first.others),
      'draw p50': median(draw),
      'draw p99': quantile(draw, 0.99),
      'whole p50': median(whole),
      'heap MB': of(({ heap }) => heap),
      'process MB': of(({ memory }) => memory),
      'bundle kB, gzip': bundleBytes(entry) / 1000,
    };
  };
  const rows = { kernel: row('kernel'), onnx: row('onnx'), 'onnx-written': row('onnx-written') };
  console.log(`Median of ${processes} processes each; CPU milliseconds of the worker's thread.`);
  console.table(Object.fromEntries(names.map((entry) => [ENGINES[entry], rounded(rows[entry])])));
  console.log(`A workerd without an engine: ${idle.memory.toFixed(0)} MB.`);

  const graph = readFileSync(GRAPH);
  const natives = { exported: await nativeMs(graph), written: await nativeMs(asWritten(graph)) };
  const native = Math.min(natives.exported, natives.written);
  console.log(
    `onnxruntime-node, one thread: ${natives.exported.toFixed(2)} ms, as written ${natives.written.toFixed(2)} ms.`,
  );
  const deployed = {
    'start-up': median(workers.map(({ startup }) => startup)) - idle.startup,
    'first draft': median(workers.map(({ first }) => first)) - idle.request,
    'later drafts': median(workers.map(({ later }) => later)) - idle.request,
  };
  console.log('The deployed Worker, routes and all, a request each:', rounded(deployed));

  const { kernel } = rows;
  const best = rows.onnx['draw p50'] < rows['onnx-written']['draw p50'] ? rows.onnx : rows['onnx-written'];
  const cold = (of: typeof kernel): number => of['start-up'] + of['first request'];
  const all = (of: typeof kernel): number => cold(of) + of["compiler's threads"];
  const growth = await measureGrowth();
  const lines: readonly (readonly [string, number, string])[] = [
    ['warm, onnxruntime-web : kernel', best['draw p50'] / kernel['draw p50'], '1.5 at least'],
    ['warm, kernel : onnxruntime-node', kernel['draw p50'] / native, '2.5 at most'],
    ['whole request, warm, ms', kernel['whole p50'], '6 at most'],
    ['first request of an isolate, ms', kernel['first request'], '10 at most'],
    ['start-up, ms', kernel['start-up'], '50 at most'],
    ['cold in all, onnxruntime-web : kernel', cold(best) / cold(kernel), '15 at least'],
    ["  with the compiler's threads", all(best) / all(kernel), ''],
    ['WASM memory, MB', kernel['heap MB'], '8 at most'],
    [`  growth over ${MANY} pictures, MB`, growth.after.heap - growth.before.heap, 'none'],
    ['  of the whole process, MB', growth.after.resident - growth.before.resident, ''],
  ];
  for (const [what, value, wanted] of lines) {
    console.log(`${what.padEnd(40)}${value.toFixed(2).padStart(8)}  ${wanted === '' ? '' : `(${wanted})`}`);
  }

  const chart = names.map((entry) => [ENGINES[entry], rows[entry]] as const);
  const longest = Math.max(...chart.map(([, of]) => of['draw p50']));
  console.log('\nOne picture, warm, ms');
  for (const [name, of] of chart) console.log(bar(name, of['draw p50'], longest));
  console.log(bar('onnxruntime-node', native, longest));
  const coldest = Math.max(...chart.map(([, of]) => cold(of)));
  console.log('\nStart-up and first picture, ms');
  for (const [name, of] of chart) console.log(bar(name, cold(of), coldest));
}

const GRAPH = new URL('../../shared/model/stage1.onnx', import.meta.url);
const root = mkdtempSync(join(tmpdir(), 'restgan-bench-'));
const runs: Record<Engine, Run[]> = { kernel: [], onnx: [], 'onnx-written': [] };
const idles: Idle[] = [];
const workers: Awaited<ReturnType<typeof measureWorker>>[] = [];
try {
  writeFileSync(new URL('../dist/stage1-written.onnx', import.meta.url), asWritten(readFileSync(GRAPH)));
  for (const entry of ['empty', ...names]) await bundle(entry, join(root, entry));
  await bundle('worker', join(root, 'worker'), '../index.ts');
  // In turn, so that what else the machine does meets all of them.
  for (let turn = 0; turn < processes; turn += 1) {
    idles.push(await measureIdle());
    workers.push(await measureWorker());
    for (const entry of names) runs[entry].push(await measure(entry));
  }
  await report();
} finally {
  rmSync(root, { recursive: true, force: true });
}
