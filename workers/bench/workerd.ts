import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { z } from 'zod';
import { residentMb } from './memory.ts';

const TYPES = { '.js': 'ESModule', '.wasm': 'CompiledWasm', '.onnx': 'Data', '.bin': 'Data' } as const;

export interface Workerd {
  readonly url: string;
  readonly kv: Awaited<ReturnType<Miniflare['getKVNamespace']>>;
  /** Resident memory, MB. */
  memory(): number;
  /** CPU milliseconds that its process has used, all threads. */
  cpu(): number;
  stop(): Promise<void>;
}

/**
 * A Worker with all of its bindings, in a workerd of its own.
 * @param page directory of the page that is served beside `/v1/`
 */
export async function startWorkerd(
  dir: string,
  vars: Record<string, string | readonly string[]>,
  page?: string,
): Promise<Workerd> {
  const modules = readdirSync(dir).flatMap((file) => {
    const ending = Object.keys(TYPES).find((known) => file.endsWith(known)) as keyof typeof TYPES | undefined;
    return ending === undefined ? [] : [{ type: TYPES[ending], path: join(dir, file) }];
  });
  const limit = { namespace_id: '1', simple: { limit: 1_000_000, period: 60 } } as const;
  const before = new Set(workerds());
  process.env.MINIFLARE_WORKERD_PATH = await quiet(dir);
  const miniflare = new Miniflare({
    modulesRoot: dir,
    modules: modules.toSorted((a, b) => Number(b.type === 'ESModule') - Number(a.type === 'ESModule')),
    compatibilityDate: '2026-07-30',
    bindings: { ENVIRONMENT: 'development', ...vars },
    kvNamespaces: ['PREVIEWS'],
    ...(dir.endsWith('bare')
      ? {}
      : {
          durableObjects: {
            FLIGHTS: { className: 'Flight', useSQLite: true },
            CEILINGS: { className: 'Ceiling', useSQLite: true },
          },
          ratelimits: { VISITOR_LIMIT: limit, SERVER_LIMIT: limit },
        }),
    ...(page === undefined
      ? {}
      : {
          assets: {
            directory: page,
            routerConfig: { has_user_worker: true, static_routing: { user_worker: ['/v1/*'] } },
          },
        }),
    cf: false,
  });
  const url = await miniflare.ready;
  const pid = workerds().find((known) => !before.has(known));
  return {
    url: url.origin,
    kv: await miniflare.getKVNamespace('PREVIEWS'),
    memory: () => (pid === undefined ? Number.NaN : residentMb(pid)),
    cpu: () => (pid === undefined ? Number.NaN : cpuMs(pid)),
    stop: () => miniflare.dispose(),
  };
}

/**
 * Starts workerd with its log in a file, as an operator has it: who reads it would take its time from the processors
 * that are measured.
 */
async function quiet(dir: string): Promise<string> {
  const script = join(dir, 'workerd.sh');
  const theirs = createRequire(import.meta.resolve('miniflare'));
  const workerd = z.object({ default: z.string() }).parse(theirs('workerd')).default;
  await writeFile(script, `#!/bin/sh\nexec "${workerd}" "$@" >"${dir}/log" 2>&1\n`, { mode: 0o755 });
  return script;
}

const cpuMs = (pid: string): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0);

const workerds = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd');
