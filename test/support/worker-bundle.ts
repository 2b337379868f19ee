import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { dryRun } from './wrangler.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of the Worker's bundle. */
    workerBundle: string;
    /** Directory of the bundle that offers both generators to their contract suite. */
    generatorBundle: string;
  }
}

/** Bundles the Worker once per run, by the very command that deploys it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const out = await mkdtemp(join(tmpdir(), 'restgan-worker-'));
  project.provide('workerBundle', await bundle(join(out, 'worker')));
  project.provide(
    'generatorBundle',
    await bundle(join(out, 'generators'), 'test/support/generator-worker.ts', { EDGE_ENGINE: 'onnx' }),
  );
  return () => rm(out, { recursive: true, force: true });
}

/**
 * @param main the entry instead of wrangler.toml's
 * @param env for the build, beside the process's own
 */
async function bundle(out: string, main?: string, env: Record<string, string> = {}): Promise<string> {
  await dryRun([...(main === undefined ? [] : [main]), '--env', '', '--outdir', out], env);
  return out;
}
