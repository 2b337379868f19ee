import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const TYPES = { '.js': 'ESModule', '.wasm': 'CompiledWasm', '.onnx': 'Data', '.bin': 'Data' } as const;

/** A worker in a workerd of its own. */
export interface Measured {
  fetch(path: string): Promise<void>;
  /** CPU milliseconds that the process has used so far, all threads. */
  cpu(): number;
  /** The most resident memory that it has had, MB. */
  peakMemory(): number;
  stop(): Promise<void>;
}

/** Bundles an entry of this folder as the deployment does: modules beside the script. */
export async function bundle(entry: string, outdir: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL(`${entry}.ts`, import.meta.url))],
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy', '.onnx': 'copy', '.bin': 'copy' },
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
  });
}

/**
 * Starts it. workerd's clocks advance on I/O only, and a machine has other work: what is read is the kernel's account
 * of time on a processor (`/proc/<pid>/task/<tid>/schedstat`, nanoseconds), compilation in the background included.
 */
export async function start(entry: string, dir: string): Promise<Measured> {
  const before = new Set(children());
  const modules = readdirSync(dir).flatMap((file) => {
    const ending = Object.keys(TYPES).find((known) => file.endsWith(known)) as keyof typeof TYPES | undefined;
    return ending === undefined ? [] : [{ type: TYPES[ending], path: join(dir, file) }];
  });
  const miniflare = new Miniflare({
    modulesRoot: dir,
    modules: modules.toSorted((a) => (a.path.endsWith(`${entry}.js`) ? -1 : 1)),
    compatibilityDate: '2026-07-30',
    cf: false,
  });
  await miniflare.ready;
  const pid = children().find((child) => !before.has(child) && commandOf(child) === 'workerd');
  if (pid === undefined) throw new Error('workerd is not among the child processes');
  return {
    async fetch(path) {
      const answer = await miniflare.dispatchFetch(`http://bench.example${path}`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${entry} ${path}: ${text.slice(0, 300)}`);
    },
    cpu: () => cpuOf(pid),
    peakMemory: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () => miniflare.dispose(),
  };
}

const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
const commandOf = (pid: string): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();

function cpuOf(pid: string): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1e6;
}
