import { performance } from 'node:perf_hooks';
import { err, ok, type Result } from '../../shared/contract/result.ts';

/** Why a job has no output. `aborted`: its signal fired, before or while it ran. */
export type BatchFailure =
  | { readonly reason: 'aborted' }
  | { readonly reason: 'failed'; readonly detail: string };

export interface BatchOutput<O> {
  readonly output: O;
  /** Rows of the batch that the job ran in. */
  readonly batchSize: number;
  readonly queuedMs: number;
  readonly runMs: number;
}

export interface JobOptions {
  /** Takes the job back: queued it never runs, running its output is dropped. */
  readonly signal?: AbortSignal;
  /** Called when the job leaves the queue to be run. */
  readonly onStart?: () => void;
}

export interface BatcherOptions<L extends string, I, O> {
  /** Sizes that a batch may have, ascending, starting at 1: those the engine has warmed. */
  readonly batchSizes: readonly number[];
  /** How long the oldest job of a lane may wait for company, ms; 0 takes what is there. */
  readonly maxDelayMs: number;
  /** Runs a batch; gives as many outputs, in order. */
  readonly run: (lane: L, inputs: readonly I[]) => Promise<readonly O[]>;
  /** Called after each batch. */
  readonly onBatch?: (lane: L, rows: number, runMs: number) => void;
}

export interface Batcher<L extends string, I, O> {
  submit(lane: L, input: I, options?: JobOptions): Promise<Result<BatchOutput<O>, BatchFailure>>;
  /** Jobs that wait. */
  readonly depth: number;
  /** How long the batch that runs now has been running, ms; 0 when none does. */
  runningMs(): number;
}

interface Job<I, O> {
  readonly input: I;
  readonly queuedAt: number;
  readonly onStart: (() => void) | undefined;
  readonly settle: (result: Result<BatchOutput<O>, BatchFailure>) => void;
}

/**
 * Dynamic batching: while a batch runs, jobs gather; when it ends, the lane with the oldest job gives the next
 * batch, as large as is there and warm. Lanes (one per graph) never mix, and one batch runs at a time, since
 * the device is one.
 *
 * A batch that fails fails its jobs. The bound of the queue is kept by whoever submits.
 */
export function createBatcher<L extends string, I, O>(options: BatcherOptions<L, I, O>): Batcher<L, I, O> {
  const { batchSizes, maxDelayMs, run, onBatch } = options;
  const largest = batchSizes.at(-1) ?? 1;
  const lanes = new Map<L, Job<I, O>[]>();
  let runningSince: number | null = null;
  let scheduled = false;
  let delay: NodeJS.Timeout | undefined;

  /** Once per turn of the event loop, so that jobs which arrive together run together. */
  function schedule(): void {
    if (scheduled || runningSince !== null) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      pump();
    });
  }

  function pump(): void {
    if (runningSince !== null) return;
    clearTimeout(delay);
    const now = performance.now();
    let next: { lane: L; queue: Job<I, O>[]; dueAt: number; queuedAt: number } | null = null;
    for (const [lane, queue] of lanes) {
      const head = queue[0];
      if (head === undefined) continue;
      const dueAt = queue.length >= largest ? now : head.queuedAt + maxDelayMs;
      const { queuedAt } = head;
      if (next === null || dueAt < next.dueAt || (dueAt <= now && queuedAt < next.queuedAt)) {
        next = { lane, queue, dueAt, queuedAt };
      }
    }
    if (next === null) return;
    if (next.dueAt > now) {
      delay = setTimeout(pump, next.dueAt - now);
      return;
    }
    const rows = batchSizes.findLast((size) => size <= next.queue.length) ?? 1;
    void runBatch(next.lane, next.queue.splice(0, rows), now);
  }

  async function runBatch(lane: L, jobs: readonly Job<I, O>[], startedAt: number): Promise<void> {
    runningSince = startedAt;
    for (const job of jobs) job.onStart?.();
    try {
      const outputs = await run(
        lane,
        jobs.map(({ input }) => input),
      );
      const runMs = performance.now() - startedAt;
      onBatch?.(lane, jobs.length, runMs);
      jobs.forEach(({ queuedAt, settle }, row) => {
        const output = outputs[row];
        if (output === undefined) settle(err({ reason: 'failed', detail: 'the batch lacks a row' }));
        else settle(ok({ output, batchSize: jobs.length, queuedMs: startedAt - queuedAt, runMs }));
      });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      for (const { settle } of jobs) settle(err({ reason: 'failed', detail }));
    } finally {
      runningSince = null;
      pump();
    }
  }

  return {
    submit(lane, input, { signal, onStart } = {}) {
      if (signal?.aborted) return Promise.resolve(err({ reason: 'aborted' }));
      const queue = lanes.get(lane) ?? [];
      lanes.set(lane, queue);
      return new Promise((resolve) => {
        const abort = (): void => {
          const place = queue.indexOf(job);
          if (place >= 0) queue.splice(place, 1);
          resolve(err({ reason: 'aborted' }));
        };
        const job: Job<I, O> = {
          input,
          queuedAt: performance.now(),
          onStart,
          settle: (result) => {
            signal?.removeEventListener('abort', abort);
            resolve(result);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        queue.push(job);
        schedule();
      });
    },
    get depth() {
      return [...lanes.values()].reduce((sum, queue) => sum + queue.length, 0);
    },
    runningMs: () => (runningSince === null ? 0 : performance.now() - runningSince),
  };
}
