import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ImageResult, ImageTask } from './image/process.ts';
import type { ChunkAnswer, ChunkRequest } from './worker.ts';

/** What is kept of one image besides its pixels; `pack64` and `pack256` are positions in the pack files. */
export interface ImageRecord extends Omit<ImageResult, 'rgba64' | 'rgba256'> {
  readonly pack64: number | null;
  readonly pack256: number | null;
}

export const PACKS = { pack64: 'rgba64.bin', pack256: 'rgba256.bin' } as const;
const PIXELS = { pack64: 64 * 64 * 4, pack256: 256 * 256 * 4 } as const;
const CHUNK = 64;

interface JournalLine {
  readonly chunk: number;
  readonly n64: number;
  readonly n256: number;
  readonly records: readonly (ImageRecord | null)[];
}

export interface ImageStageOptions {
  readonly out: string;
  /** Names the input and every option that changes pixels: a journal with another key is started afresh. */
  readonly key: string;
  readonly workers: number;
  readonly onProgress: (done: number, resumed: number) => void;
}

/**
 * Runs every image task through the worker threads and appends the pictures to the pack files, chunk by chunk in
 * order, with one journal line per chunk. After a kill the journal says how much of the packs is good: the rest
 * is cut off and the work goes on there. `null` tasks (rows without a usable image name) stay null.
 */
export async function runImageStage(
  tasks: readonly (ImageTask | null)[],
  options: ImageStageOptions,
): Promise<(ImageRecord | null)[]> {
  mkdirSync(path.join(options.out, '.work'), { recursive: true });
  const journalFile = path.join(options.out, '.work', 'images.jsonl');
  const lines = readJournal(journalFile, options.key);
  let n64 = lines.at(-1)?.n64 ?? 0;
  let n256 = lines.at(-1)?.n256 ?? 0;
  const records = lines.flatMap((line) => [...line.records]);
  const chunks = Math.ceil(tasks.length / CHUNK);
  writeFileSync(
    journalFile,
    [`{"key":"${options.key}"}`, ...lines.map((line) => JSON.stringify(line)), ''].join('\n'),
  );
  const file64 = openPack(path.join(options.out, PACKS.pack64), n64 * PIXELS.pack64);
  const file256 = openPack(path.join(options.out, PACKS.pack256), n256 * PIXELS.pack256);
  options.onProgress(records.length, records.length);

  const store = async (answer: ChunkAnswer): Promise<void> => {
    const stored = answer.results.map((result): ImageRecord | null => {
      if (result === null) return null;
      const { rgba64, rgba256, ...rest } = result;
      if (rgba64 !== null) writeSync(file64, rgba64, 0, rgba64.length, n64 * PIXELS.pack64);
      if (rgba256 !== null) writeSync(file256, rgba256, 0, rgba256.length, n256 * PIXELS.pack256);
      return { ...rest, pack64: rgba64 === null ? null : n64++, pack256: rgba256 === null ? null : n256++ };
    });
    records.push(...stored);
    const line: JournalLine = { chunk: answer.index, n64, n256, records: stored };
    await appendFile(journalFile, `${JSON.stringify(line)}\n`);
    options.onProgress(records.length, lines.length * CHUNK);
  };
  const requests = Array.from({ length: chunks - lines.length }, (_, i): ChunkRequest => {
    const index = lines.length + i;
    return { index, tasks: tasks.slice(index * CHUNK, (index + 1) * CHUNK) };
  });
  try {
    await inOrder(requests, options.workers, store);
  } finally {
    closeSync(file64);
    closeSync(file256);
  }
  return records;
}

/** Runs the requests on worker threads, at most two per thread ahead of the one to be stored next. */
async function inOrder(
  requests: readonly ChunkRequest[],
  count: number,
  store: (answer: ChunkAnswer) => Promise<void>,
): Promise<void> {
  if (requests.length === 0) return;
  const workers = Array.from(
    { length: Math.min(count, requests.length) },
    () => new Worker(new URL('./worker.ts', import.meta.url)),
  );
  try {
    const free = [...workers];
    const pending = new Map<number, Promise<ChunkAnswer>>();
    const waiting: (() => void)[] = [];
    const take = async (): Promise<Worker> => {
      while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return free.shift() as Worker;
    };
    const run = async (request: ChunkRequest): Promise<ChunkAnswer> => {
      const worker = await take();
      try {
        return await ask(worker, request);
      } finally {
        free.push(worker);
        waiting.shift()?.();
      }
    };
    let next = 0;
    for (let at = 0; at < requests.length; at++) {
      for (; next < requests.length && next < at + count * 2; next++) {
        const request = requests[next];
        if (request !== undefined) {
          const answer = run(request);
          answer.catch(() => {});
          pending.set(next, answer);
        }
      }
      const answer = await pending.get(at);
      pending.delete(at);
      if (answer !== undefined) await store(answer);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, request: ChunkRequest): Promise<ChunkAnswer> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = (answer: ChunkAnswer): void => {
      done();
      resolve(answer);
    };
    const onError = (error: Error): void => {
      done();
      reject(error);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(request);
  });
}

function readJournal(file: string, key: string): JournalLine[] {
  if (!existsSync(file)) return [];
  const [head, ...rest] = readFileSync(file, 'utf8').split('\n');
  if (head !== `{"key":"${key}"}`) return [];
  const lines: JournalLine[] = [];
  for (const text of rest) {
    try {
      const line = JSON.parse(text) as JournalLine;
      if (line.chunk !== lines.length) break;
      lines.push(line);
    } catch {
      break;
    }
  }
  return lines;
}

function openPack(file: string, length: number): number {
  if (length === 0) rmSync(file, { force: true });
  const handle = openSync(file, existsSync(file) ? 'r+' : 'w+');
  ftruncateSync(handle, length);
  return handle;
}
