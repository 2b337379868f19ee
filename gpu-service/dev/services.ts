import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from './process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = '127.0.0.1';

/** Where the GPU service is reached, and the token that it wants. */
export interface GpuAddress {
  readonly url: string;
  readonly token: string;
}

/** The GPU service as a process of its own, as in production, on loopback. */
export function gpuService(port: number, token: string): ProcessSpec {
  return {
    name: 'gpu',
    command: process.execPath,
    args: ['gpu-service/serve/main.ts'],
    env: { PORT: String(port), HOST, TOKEN: token, DRAIN_SECONDS: '5' },
    cwd: ROOT,
  };
}

/** The Worker in workerd, through wrangler, with everything that would leave the machine switched off. */
export function worker(port: number, state: string, gpu: GpuAddress | null): ProcessSpec {
  const vars = ['--var', 'ENVIRONMENT:development'];
  if (gpu !== null) vars.push('--var', `GPU_URL:${gpu.url}`, '--var', `GPU_TOKEN:${gpu.token}`);
  return {
    name: 'worker',
    command: process.execPath,
    args: [
      'node_modules/wrangler/bin/wrangler.js',
      'dev',
      '--local',
      // wrangler.toml's top level, of which wrangler would ask whether it is meant.
      ...['--env', ''],
      ...['--ip', HOST, '--port', String(port), '--inspector-port', '0', '--persist-to', state],
      '--show-interactive-dev-session=false',
      ...vars,
    ],
    env: {
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_WRITE_LOGS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      NO_COLOR: '1',
    },
    cwd: ROOT,
  };
}

export const urlOf = (port: number): string => `http://${HOST}:${port}`;
