import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import { NEEDS_CATALOGUE } from './catalogue.ts';

/**
 * Prints every skipped test with its reason. A skip without a reason fails the run; with `CI` or `FORBID_SKIPS`
 * set, any skip does, except for want of the real catalogue. Runs narrowed by `-t` are not judged: there the skips
 * are the caller's wish.
 */
export class SkipReporter implements Reporter {
  #narrowed = false;

  onInit(vitest: Vitest): void {
    this.#narrowed = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#narrowed) return;
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    if (skipped.length === 0) return;
    const reasons = skipped.map(reasonOf);
    console.log(`\n${skipped.length} skipped:`);
    for (const [index, test] of skipped.entries()) {
      console.log(
        `  ${test.module.relativeModuleId} > ${test.fullName}: ${reasons[index] ?? 'NO REASON GIVEN'}`,
      );
    }
    if (reasons.every((reason) => reason === NEEDS_CATALOGUE)) return;
    if (isSet(process.env.CI) || isSet(process.env.FORBID_SKIPS)) {
      console.log('Skipped tests fail this run (CI or FORBID_SKIPS is set).');
      process.exitCode = 1;
    } else if (reasons.includes(undefined)) {
      console.log('A skip without a reason fails the run: see test/support/skip.ts.');
      process.exitCode = 1;
    }
  }
}

function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  for (let node: TestCase | TestSuite | TestModule = test; node.type !== 'module'; node = node.parent) {
    const reason = node.meta().skipReason;
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const isSet = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value);
