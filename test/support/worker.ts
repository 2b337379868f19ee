import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { inject } from 'vitest';
import { RATE_LIMITS } from '../../shared/contract/access.ts';
import type { LogLine } from '../../shared/contract/log.ts';
import { residentMb } from '../../workers/bench/memory.ts';

const HOST = 'host';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The Worker in real workerd, from the bundle that would be deployed. */
export interface WorkerUnderTest {
  fetch(
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Response>;
  readonly kv: Awaited<ReturnType<Miniflare['getKVNamespace']>>;
  /** Where it listens. */
  readonly url: string;
  /** Resident memory of its process, MB; 0 where the system has no `/proc`. */
  memory(): number;
  /** Lines of its log so far. */
  readonly log: readonly LogLine[];
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Directory of another bundle than the Worker's. */
  readonly dir?: string;
  /** Another rate than wrangler.toml's. */
  readonly visitorRate?: Rate;
  /**
   * Directory in which Workers of several processes find each other; the first one, `host`, has the Durable Objects
   * of all.
   */
  readonly registry?: { readonly dir: string; readonly host: boolean };
}

/**
 * A fresh isolate with an empty KV.
 * @param vars stand in for wrangler.toml's and the secrets
 */
export async function startWorker(
  vars: Record<string, string> = {},
  { dir = inject('workerBundle'), visitorRate = RATE_LIMITS.visitor, registry }: WorkerOptions = {},
): Promise<WorkerUnderTest> {
  const log: LogLine[] = [];
  const objectOf = (className: string) => ({
    className,
    useSQLite: true,
    ...(registry?.host === false ? { scriptName: HOST } : {}),
  });
  const before = new Set(workerds());
  const miniflare = new Miniflare({
    ...(registry === undefined
      ? {}
      : { unsafeDevRegistryPath: registry.dir, name: registry.host ? HOST : 'guest' }),
    modulesRoot: dir,
    modules: modulesOf(dir),
    compatibilityDate: compatibilityDate(),
    bindings: { ENVIRONMENT: 'development', ...vars },
    kvNamespaces: ['PREVIEWS'],
    durableObjects: { FLIGHTS: objectOf('Flight'), CEILINGS: objectOf('Ceiling') },
    ratelimits: {
      VISITOR_LIMIT: limitOf(visitorRate),
      SERVER_LIMIT: limitOf(RATE_LIMITS.server),
    },
    queueProducers: { WARM: 'previews' },
    queueConsumers: { previews: { maxBatchSize: 10, maxBatchTimeout: 1, maxRetries: 20 } },
    cf: false,
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr]) readLines(stream, (line) => log.push(line));
    },
  });
  const { origin } = await miniflare.ready;
  const pid = workerds().find((known) => !before.has(known));
  return {
    url: origin,
    memory: () => (pid === undefined ? 0 : residentMb(pid)),
    fetch: async (path, init) => {
      const answer = await miniflare.dispatchFetch(`http://worker.example${path}`, {
        redirect: 'manual',
        ...init,
      });
      const body = await answer.arrayBuffer();
      const empty = answer.status === 304 || answer.status === 204;
      return new Response(empty ? null : body, {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
      });
    },
    kv: await miniflare.getKVNamespace('PREVIEWS'),
    log,
    stop: () => miniflare.dispose(),
  };
}

interface Rate {
  readonly requests: number;
  readonly seconds: 10 | 60;
}

const limitOf = ({ requests, seconds }: Rate) => ({
  namespace_id: String(requests),
  simple: { limit: requests, period: seconds },
});

/** Process ids of this process's workerds. */
function workerds(): string[] {
  const children = `/proc/self/task/${process.pid}/children`;
  if (!existsSync(children)) return [];
  const pids = readFileSync(children, 'utf8').split(' ').filter(Boolean);
  return pids.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd');
}

const MODULE_TYPES = { '.js': 'ESModule', '.wasm': 'CompiledWasm', '.onnx': 'Data', '.bin': 'Data' } as const;

function modulesOf(dir: string) {
  const modules = readdirSync(dir).flatMap((file) => {
    const ending = Object.keys(MODULE_TYPES).find((known) => file.endsWith(known));
    const type = MODULE_TYPES[ending as keyof typeof MODULE_TYPES];
    return type === undefined ? [] : [{ type, path: join(dir, file) }];
  });
  // The entry comes first.
  return modules.toSorted((a, b) => Number(b.type === 'ESModule') - Number(a.type === 'ESModule'));
}

function compatibilityDate(): string {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  const date = /^compatibility_date = "([\d-]+)"$/m.exec(toml)?.[1];
  if (date === undefined) throw new Error('wrangler.toml has no compatibility_date');
  return date;
}

function readLines(stream: NodeJS.ReadableStream, take: (line: LogLine) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{"event":')) take(JSON.parse(line) as LogLine);
    }
  });
}
