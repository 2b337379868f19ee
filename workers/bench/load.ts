import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const PROCESS = fileURLToPath(new URL('load-process.ts', import.meta.url));
/** Stands for a seed in the address. */
export const SEED_MARK = 'SEED';

const resultSchema = z.object({
  requests: z.object({ average: z.number(), total: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  non2xx: z.number(),
  errors: z.number(),
});

export interface Load {
  readonly url: string;
  /** `SEED_MARK` becomes a number below this, another for every request. */
  readonly seeds: number;
  readonly connections: number;
  readonly seconds: number;
}

/** Requests a second, and milliseconds. */
export interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** Load from another process. */
export async function load(options: Load): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(options)]);
  const { requests, latency, non2xx, errors } = resultSchema.parse(JSON.parse(stdout));
  return { rate: requests.average, p50: latency.p50, p99: latency.p99, failed: non2xx + errors };
}
