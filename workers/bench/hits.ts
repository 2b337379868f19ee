/**
 * `npm run build && npm run bench hits [turns]`: the Worker's hit path beside a bare Hono route with the same KV reads.
 * Both are measured in turn in one run, so that what else the machine does meets both; load comes from another process.
 * Many pictures are asked for one after another, then a single one, as on a sale day.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGpu, TOKEN } from './gpu-process.ts';
import { load, type Measured, SEED_MARK } from './load.ts';
import { median } from './numbers.ts';
import { bundle } from './process.ts';
import { startWorkerd, type Workerd } from './workerd.ts';

const turns = Number(process.argv[3] ?? 9);
const SECONDS = 5;
const CONNECTIONS = 16;
const PICTURES = 64;
const ADDRESS = `/v1/preview/black-pants.webp?seed=${SEED_MARK}`;

const NAMES = ['bare', 'worker'] as const;
type Name = (typeof NAMES)[number];

interface Turn extends Measured {
  /** CPU microseconds of workerd per request. */
  readonly cpu: number;
}

const dir = mkdtempSync(join(tmpdir(), 'restgan-hits-'));
const gpu = await startGpu();
try {
  await bundle('worker', join(dir, 'worker'), '../index.ts');
  await bundle('bare', join(dir, 'bare'));
  const vars = { GPU_URL: gpu.url, GPU_TOKEN: TOKEN };
  // Drawn elsewhere: both begin alike, with an empty heap and equal entries in a KV of their own.
  const painter = await startWorkerd(join(dir, 'worker'), vars);
  const entries = await draw(painter);
  await painter.stop();
  gpu.stop();
  const worker = await startWorkerd(join(dir, 'worker'), vars);
  const bare = await startWorkerd(join(dir, 'bare'), { KEYS: entries.map(({ key }) => key) });
  for (const { kv } of [worker, bare]) {
    for (const { key, value, metadata } of entries) await kv.put(key, value, { metadata });
  }
  await compare({ bare, worker }, PICTURES);
  await compare({ bare, worker }, 1);
  await bare.stop();
  await worker.stop();
} finally {
  gpu.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function compare(served: Readonly<Record<Name, Workerd>>, pictures: number): Promise<void> {
  const runs: Record<Name, Turn[]> = { bare: [], worker: [] };
  for (const name of NAMES) await measure(served[name], pictures, 3);
  for (let turn = 0; turn < turns; turn += 1) {
    // Who is first in a turn is last in the next.
    for (const name of turn % 2 === 0 ? NAMES : NAMES.toReversed()) {
      runs[name].push(await measure(served[name], pictures, SECONDS));
    }
  }
  report(runs, pictures);
}

interface Entry {
  readonly key: string;
  readonly value: ArrayBuffer;
  readonly metadata: unknown;
}

/** Has the pictures drawn. @returns what KV holds then, by seed */
async function draw({ url, kv }: Workerd): Promise<Entry[]> {
  for (let seed = 0; seed < PICTURES; seed += 1) {
    await (await fetch(`${url}${ADDRESS.replace(SEED_MARK, String(seed))}&stage=final`)).arrayBuffer();
  }
  for (;;) {
    const { keys } = await kv.list();
    const seedOf = (key: string): number => Number(key.split(':')[4]);
    if (keys.length === PICTURES) {
      const names = keys.map(({ name }) => name).toSorted((a, b) => seedOf(a) - seedOf(b));
      return Promise.all(names.map((key) => entryOf(kv, key)));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function entryOf(kv: Workerd['kv'], key: string): Promise<Entry> {
  const { value, metadata } = await kv.getWithMetadata(key, 'arrayBuffer');
  if (value === null) throw new Error(`${key} is gone`);
  return { key, value, metadata };
}

async function measure(served: Workerd, seeds: number, seconds: number): Promise<Turn> {
  const since = served.cpu();
  const run = await load({ url: served.url + ADDRESS, seeds, connections: CONNECTIONS, seconds });
  return { ...run, cpu: ((served.cpu() - since) * 1_000) / (run.rate * seconds) };
}

function report(runs: Readonly<Record<Name, readonly Turn[]>>, pictures: number): void {
  const of = (name: Name, pick: (run: Turn) => number): number => median(runs[name].map(pick));
  console.log(
    `KV hit, ${CONNECTIONS} connections, ${pictures === 1 ? 'one picture' : `${pictures} pictures`}, median of ${turns} turns of ${SECONDS} s each:`,
  );
  console.table(
    Object.fromEntries(
      NAMES.map((name) => [
        name,
        {
          'requests/s': Math.round(of(name, ({ rate }) => rate)),
          'p50, ms': of(name, ({ p50 }) => p50),
          'p99, ms': of(name, ({ p99 }) => p99),
          'CPU, µs': Math.round(of(name, ({ cpu }) => cpu)),
          failed: runs[name].reduce((sum, { failed }) => sum + failed, 0),
        },
      ]),
    ),
  );
  const ratio = (pick: (run: Turn) => number): string => {
    const pairs = runs.worker.flatMap((run, turn) => {
      const beside = runs.bare[turn];
      return beside === undefined ? [] : [pick(run) / pick(beside)];
    });
    return `${median(pairs).toFixed(2)}  (turns: ${pairs.map((pair) => pair.toFixed(2)).join(' ')})`;
  };
  console.log(`throughput, worker : bare  ${ratio(({ rate }) => rate)}  bar 0.85 at least`);
  console.log(`p99, worker : bare         ${ratio(({ p99 }) => p99)}  bar 1.5 at most`);
  console.log(`CPU, bare : worker         ${ratio(({ cpu }) => 1 / cpu)}\n`);
}
