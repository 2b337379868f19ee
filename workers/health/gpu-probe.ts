import { z } from 'zod';
import { readLimited } from '../pipeline/generator/read-limited.ts';

export interface GpuHealth {
  readonly reachable: boolean;
  /** Whether it can draw now; null where the service does not say, as hosted Replicate. */
  readonly ready: boolean | null;
  /** Model versions it serves; null where it does not say. */
  readonly models: readonly string[] | null;
}

export type GpuProbe = () => Promise<GpuHealth>;

const PROBE_MS = 1_000;
/** The health address is public: however often it is asked, the GPU service is asked this often. */
const KEEP_MS = 2_000;
const MAX_BYTES = 4_096;

const readySchema = z.object({ models: z.array(z.string()) });
export const UNREACHABLE: GpuHealth = { reachable: false, ready: false, models: null };

/** Asks our container's `/health/ready`. Another service that answers at all, as hosted Replicate, is reachable. */
export function createGpuProbe(baseUrl: string): GpuProbe {
  const url = new URL('/health/ready', baseUrl);
  let last: { readonly at: number; readonly health: GpuHealth } | null = null;

  async function probe(): Promise<GpuHealth> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS), redirect: 'manual' });
      const body = await readLimited(response, MAX_BYTES);
      const answer = readySchema.safeParse(parse(body));
      if (!answer.success) return { reachable: response.status < 500, ready: null, models: null };
      return { reachable: true, ready: response.ok, models: answer.data.models };
    } catch {
      return UNREACHABLE;
    }
  }

  return async () => {
    if (last === null || Date.now() - last.at > KEEP_MS) last = { at: Date.now(), health: await probe() };
    return last.health;
  };
}

function parse(body: Uint8Array | null): unknown {
  try {
    return body === null ? null : JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}
