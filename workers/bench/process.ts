import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const TYPES = { '.js': 'ESModule', '.wasm': 'CompiledWasm', '.onnx': 'Data', '.bin': 'Data' } as const;

/** CPU milliseconds. */
export interface Cpu {
  /** Of the thread that runs the worker: what the platform counts. */
  readonly thread: number;
  /** Of all the others: the compiler's, which work on while requests are answered. */
  readonly others: number;
}

/** A worker in a workerd of its own. */
export interface Measured {
  /** The answer's text, and what the request cost. */
  fetch(path: string): Promise<{ readonly text: string; readonly cpu: Cpu }>;
  /** What the process has used since its start. */
  cpu(): Cpu;
  /** Resident memory, MB: now, and the most that there was. */
  memory(): { readonly now: number; readonly most: number };
  stop(): Promise<void>;
}

/** Bundles an entry as the deployment does: modules beside the script. @param file from here */
export async function bundle(
  entry: string,
  outdir: string,
  file: string = `entries/${entry}.ts`,
): Promise<void> {
  await build({
    entryPoints: { [entry]: fileURLToPath(new URL(file, import.meta.url)) },
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
 * of time on a processor (`/proc/<pid>/task/<tid>/schedstat`, nanoseconds) while the process waits for the next request.
 * Its first thread runs the worker; compilation in the background is the others'.
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
    kvNamespaces: ['PREVIEWS'],
    bindings: { ENVIRONMENT: 'development' },
    handleRuntimeStdio: () => undefined,
    cf: false,
  });
  await miniflare.ready;
  const pid = children().find((child) => !before.has(child) && commandOf(child) === 'workerd');
  if (pid === undefined) throw new Error('workerd is not among the child processes');
  return {
    async fetch(path) {
      const since = cpuOf(pid);
      const answer = await miniflare.dispatchFetch(`http://bench.example${path}`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${entry} ${path}: ${text.slice(0, 300)}`);
      return { text, cpu: less(cpuOf(pid), since) };
    },
    cpu: () => cpuOf(pid),
    memory: () => ({ now: megabytes(pid, 'VmRSS'), most: megabytes(pid, 'VmHWM') }),
    stop: () => miniflare.dispose(),
  };
}

const less = (a: Cpu, b: Cpu): Cpu => ({ thread: a.thread - b.thread, others: a.others - b.others });

const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
const commandOf = (pid: string): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
const megabytes = (pid: string, field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

function cpuOf(pid: string): Cpu {
  const used = { thread: 0, others: 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    used[task === pid ? 'thread' : 'others'] += Number(nanoseconds) / 1e6;
  }
  return used;
}
