/** Waits between attempts: at least the first, at most the second, milliseconds. */
const BASE_MS = 100;
const CAP_MS = 1_000;

export interface RetryOptions {
  /** Attempts after the first. */
  readonly retries: number;
  /** Whether another attempt may end otherwise. */
  readonly isPassing: (error: unknown) => boolean;
  /** When it fires, no attempt follows. */
  readonly signal?: AbortSignal;
}

/**
 * Attempts something until it succeeds, fails for good, or has been tried often enough. The waits have decorrelated
 * jitter, so that many who failed together do not come back together (M. Brooker, "Exponential Backoff And Jitter",
 * AWS Architecture Blog, 2015). Cockatiel would do the same, but aborts a signal in global scope, where workerd
 * allows none.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries, isPassing, signal } = options;
  let wait = BASE_MS;
  for (let left = retries; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 0 || signal?.aborted || !isPassing(error)) throw error;
      wait = Math.min(CAP_MS, BASE_MS + Math.random() * (wait * 3 - BASE_MS));
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (signal?.aborted) throw error;
    }
  }
}
