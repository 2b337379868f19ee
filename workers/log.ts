import type { LogLine } from '../shared/contract/log.ts';

/** Writes a line where `wrangler tail` and Workers Logs read it. */
export function log(line: LogLine): void {
  console[line.level](JSON.stringify(line));
}
