import { LATE } from './within.ts';

/** A promise's value, or `LATE` when its time is over. The promise itself goes on. */
export type Deadline = <T>(
  promise: Promise<T>,
  keepAlive: (work: Promise<unknown>) => void,
) => Promise<T | typeof LATE>;

/** A promise has this share of the time at least. */
const LEAST = 0.75;

/**
 * `within` for much that begins at the same time, by one timer for what begins together: a timer of its own costs a
 * cached picture 30 µs of the processor. Who starts the timer keeps it alive for the others, past the end of its own
 * request.
 * @param ms at most; at least three quarters of it
 */
export function createDeadline(ms: number, now: () => number = Date.now): Deadline {
  let over: { readonly at: number; readonly fired: Promise<typeof LATE> } | null = null;
  return (promise, keepAlive) => {
    const since = now();
    const left = over === null ? 0 : over.at - since;
    // More than all of it is left where the clock was set back.
    if (over === null || left < ms * LEAST || left > ms) {
      const fired = new Promise<typeof LATE>((resolve) => {
        setTimeout(() => resolve(LATE), ms);
      });
      keepAlive(fired);
      over = { at: since + ms, fired };
    }
    return Promise.race([promise, over.fired]);
  };
}
