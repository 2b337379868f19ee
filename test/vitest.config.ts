import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkipReporter } from './support/skip-reporter.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Tests that start processes (workerd, the GPU service, a browser): one file at a time, after the others. */
const PROCESS_TESTS = ['test/e2e/**/*.test.ts', 'test/**/*.process.test.ts'];

export default defineConfig({
  root,
  test: {
    maxWorkers: 2,
    reporters: ['default', new SkipReporter()],
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: PROCESS_TESTS,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: 'process',
          include: PROCESS_TESTS,
          globalSetup: ['test/support/worker-bundle.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // What comes after the answer comes late on a machine that is busy.
          expect: { poll: { timeout: 20_000 } },
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
