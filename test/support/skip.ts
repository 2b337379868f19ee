import { describe, type SuiteFactory, type TaskMeta } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the tests of a suite are skipped; printed by the skip reporter. */
    skipReason?: string;
  }
}

/**
 * `describe` where `condition` holds; otherwise every test in it is skipped, and the reason is printed at the
 * end of the run. Inside one test, `context.skip(condition, reason)` does the same. A skip without a reason
 * fails the run.
 */
export function describeIf(condition: boolean, reason: string): (name: string, body: SuiteFactory) => void {
  if (condition) return (name, body) => void describe(name, body);
  const meta: Partial<TaskMeta> = { skipReason: reason };
  return (name, body) => void describe(name, { skip: true, meta }, body);
}
