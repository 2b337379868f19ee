import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../workers/bench/process.ts';
import type { KvFaults } from './kv-faults.ts';
import { startWorker, type WorkerOptions, type WorkerUnderTest } from './worker.ts';

/** A Worker whose KV fails as it is told. */
export interface FaultyWorker extends WorkerUnderTest {
  fail(faults: Partial<KvFaults>): Promise<void>;
}

const FINE: KvFaults = { read: 'fine', write: 'fine', ms: 0, staleMs: 0 };

/** Starts Workers of `faulty-worker.ts` from one bundle, until it is closed. */
export async function faultyWorkers() {
  const dir = await mkdtemp(join(tmpdir(), 'restgan-faulty-'));
  await bundle('faulty-worker', dir, new URL('faulty-worker.ts', import.meta.url).href);
  const started: WorkerUnderTest[] = [];
  return {
    async start(vars: Record<string, string>, options: WorkerOptions = {}): Promise<FaultyWorker> {
      const worker = await startWorker(vars, { ...options, dir });
      started.push(worker);
      const fail = async (faults: Partial<KvFaults>): Promise<void> => {
        await worker.fetch('/kv-faults', { method: 'PUT', body: JSON.stringify({ ...FINE, ...faults }) });
      };
      return { ...worker, fail };
    },
    async close(): Promise<void> {
      for (const worker of started) await worker.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
