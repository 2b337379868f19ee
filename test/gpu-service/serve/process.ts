import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const TOKEN = 'token-of-the-service-tests';

export interface RunningService {
  readonly url: string;
  readonly metricsUrl: string;
  readonly model: string;
  readonly process: ChildProcess;
  /** Parsed lines of its log so far. */
  readonly log: Record<string, unknown>[];
  readonly exit: Promise<number | null>;
}

/** Starts the service as a process of its own on free ports and waits until it logs that it is so far. */
export async function startServiceProcess(
  env: Record<string, string> = {},
  until: 'listening' | 'ready' = 'ready',
): Promise<RunningService> {
  const child = spawn(process.execPath, ['gpu-service/serve/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', METRICS_PORT: '0', TOKEN, EXECUTION_PROVIDERS: 'cpu', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: Record<string, unknown>[] = [];
  const errors: string[] = [];
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry: Record<string, unknown> = JSON.parse(line);
      log.push(entry);
      if (entry.msg === until) resolve(entry);
    });
    void exit.then((code) =>
      reject(new Error(`ended with ${code}: ${errors.join('\n')} ${JSON.stringify(log)}`)),
    );
  });
  const { url, metricsUrl, model } = await ready;
  return {
    url: String(url),
    metricsUrl: String(metricsUrl),
    model: String(model),
    process: child,
    log,
    exit,
  };
}
