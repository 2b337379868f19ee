import type { Failure } from './ask.ts';

/**
 * At most `limit` pieces of work at a time; of those that have to wait only the newest is kept. On a fast
 * line nothing waits; on a slow one typing still shows something in between, and never floods.
 * @param work never rejects
 */
export function newestFirst<T>(limit: number, work: (item: T) => Promise<void>): (item: T) => void {
  let running = 0;
  let waiting: readonly [T] | null = null;
  const run = async (item: T): Promise<void> => {
    running += 1;
    await work(item);
    running -= 1;
    if (waiting !== null && running < limit) {
      const [next] = waiting;
      waiting = null;
      void run(next);
    }
  };
  return (item) => {
    if (running < limit) void run(item);
    else waiting = [item];
  };
}

const FIRST_RETRY_S = 4;
const LONGEST_RETRY_S = 60;
/** Statuses that pass by themselves; any other one of the 4xx is the asker's to mend. */
const PASSING = new Set([408, 409, 425, 429]);

/**
 * Seconds until it makes sense to ask again; null when it never does.
 * @param failures how many there were in a row, this one included
 */
export function retryIn({ code, status, retryAfter }: Failure, failures: number): number | null {
  if (code === 'gpu_not_configured') return null;
  if (status >= 400 && status < 500 && !PASSING.has(status)) return null;
  return Math.max(retryAfter ?? 0, Math.min(FIRST_RETRY_S * 2 ** (failures - 1), LONGEST_RETRY_S));
}
