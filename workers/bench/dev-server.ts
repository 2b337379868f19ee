import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 300_000;

export interface DevServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The Worker with its page and an empty KV, without a GPU service, as `wrangler dev` serves them. */
export async function startDevServer(): Promise<DevServer> {
  const state = mkdtempSync(join(tmpdir(), 'restgan-bench-page-'));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      'node_modules/wrangler/bin/wrangler.js',
      ...['dev', '--local', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'],
      ...['--persist-to', state, '--show-interactive-dev-session=false', '--log-level', 'error'],
      ...['--var', 'ENVIRONMENT:development'],
    ],
    {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
    },
  );
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    end(child);
    await exit;
    rmSync(state, { recursive: true, force: true });
  };
  try {
    await answers(`${url}/v1/health`, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** wrangler starts workerd: the whole group has to go. */
function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, 'SIGTERM');
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until && child.exitCode === null) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('wrangler dev did not start');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
