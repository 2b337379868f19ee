import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TOKEN = 'token-of-the-serving-bench';

export interface GpuProcess {
  readonly url: string;
  readonly model: string;
  readonly child: ChildProcess;
  stop(): void;
}

/** The GPU service as a process of its own. */
export async function startGpu(env: Record<string, string> = {}): Promise<GpuProcess> {
  const child = spawn(process.execPath, ['gpu-service/serve/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', TOKEN, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = Promise.withResolvers<{ url: string; model: string }>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const entry: Record<string, unknown> = JSON.parse(line);
    if (entry.msg === 'ready') ready.resolve({ url: String(entry.url), model: String(entry.model) });
  });
  child.once('exit', (code) => ready.reject(new Error(`the GPU service ended with ${code}`)));
  const { url, model } = await ready.promise;
  return { url, model, child, stop: () => void child.kill('SIGKILL') };
}

/** Pictures a second that `session.run` and the encoder make in a process without HTTP: see gpu-service/bench/loop.ts. */
export async function loopRate(seconds: number): Promise<number> {
  const child = spawn(process.execPath, ['gpu-service/bench/loop.ts', String(seconds)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) return Number(JSON.parse(line).rate);
  throw new Error('the loop said nothing');
}
