import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Unstable_Config, unstable_readConfig } from 'wrangler';
import { patience } from './patience.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * `wrangler deploy --dry-run`: everything but the upload.
 * @param env for the build, beside the process's own
 * @returns what it printed
 */
export async function dryRun(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'deploy', ...args, '--dry-run'],
    {
      cwd: ROOT,
      timeout: patience(100_000),
      env: {
        ...process.env,
        ...env,
        PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_WRITE_LOGS: 'false',
      },
    },
  );
  return stdout;
}

/** wrangler.toml as wrangler reads it. @param env the environment; the top level without one */
export const wranglerConfig = (env?: string): Unstable_Config =>
  unstable_readConfig({
    config: join(ROOT, 'wrangler.toml'),
    ...(env === undefined ? {} : { env }),
  });
