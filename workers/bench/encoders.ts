/**
 * Encoders of drafts beside each other: `npm run build && npm run bench encoders [processes]`. Linux only (process.ts).
 * Ours (workers/edge/picture; PNG with the platform's deflate) and the libraries @jsquash/webp and @jsquash/png, at every
 * size, on an isolate's first picture and on later ones. CPU of enlarging and encoding alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMATS, SIZES } from '../../shared/contract/limits.ts';
import { median, rounded } from './numbers.ts';
import { bundle, start } from './process.ts';

const ENTRIES = ['kernel', 'jsquash'] as const;
const WARM_UP = 100;
const BATCH = 20;
const processes = Number(process.argv[3] ?? 5);

async function measure(entry: string, path: string) {
  const worker = await start(entry, join(root, entry));
  try {
    await worker.fetch('/draw');
    const idle = (await worker.fetch('/draw?count=0')).cpu.thread;
    const first = await worker.fetch(path);
    await worker.fetch(`${path}&count=${WARM_UP}`);
    const batch = (await worker.fetch(`${path}&count=${BATCH}`)).cpu.thread;
    return {
      bytes: Number(first.text),
      'first ms': first.cpu.thread - idle,
      "first, compiler's threads": first.cpu.others,
      'later ms': (batch - idle) / BATCH,
    };
  } finally {
    await worker.stop();
  }
}

const root = mkdtempSync(join(tmpdir(), 'restgan-bench-'));
try {
  for (const entry of ENTRIES) await bundle(entry, join(root, entry));
  const table: Record<string, Record<string, number>> = {};
  for (const format of FORMATS) {
    for (const size of SIZES) {
      for (const entry of ENTRIES) {
        const runs: Record<string, number>[] = [];
        for (let turn = 0; turn < processes; turn += 1) {
          runs.push(await measure(entry, `/finish?size=${size}&format=${format}`));
        }
        const fields = Object.keys(runs[0] ?? {});
        const medians = fields.map((field) => [field, median(runs.map((run) => run[field] ?? 0))] as const);
        const name = `${format} ${size} px, ${entry === 'kernel' ? 'ours' : '@jsquash'}`;
        table[name] = rounded(Object.fromEntries(medians));
      }
    }
  }
  console.log(`Median of ${processes} processes each, CPU milliseconds.`);
  console.table(table);
} finally {
  rmSync(root, { recursive: true, force: true });
}
