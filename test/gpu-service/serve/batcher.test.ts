import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatcher } from '../../../gpu-service/serve/batcher.ts';

type Lane = 'a' | 'b';

/** An engine whose batches end when the test says so; it doubles its inputs. */
function heldEngine(batchSizes = [1, 2, 4], maxDelayMs = 0) {
  const batches: { lane: Lane; inputs: readonly number[]; end: (error?: Error) => void }[] = [];
  const batcher = createBatcher<Lane, number, number>({
    batchSizes,
    maxDelayMs,
    run: (lane, inputs) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(inputs.map((input) => input * 2)));
        batches.push({ lane, inputs, end });
      }),
  });
  const turn = async () => delay(5);
  return { batcher, batches, turn };
}

describe('batcher', () => {
  it('runs what arrives together in one batch of a warm size, and gives each job its own row', async () => {
    const { batcher, batches, turn } = heldEngine();
    const jobs = [1, 2, 3].map((input) => batcher.submit('a', input));
    await turn();
    expect(batches.map(({ inputs }) => inputs)).toEqual([[1, 2]]);
    batches[0]?.end();
    await turn();
    batches[1]?.end();
    const results = await Promise.all(jobs);
    expect(results.map((result) => result.ok && [result.value.output, result.value.batchSize])).toEqual([
      [2, 2],
      [4, 2],
      [6, 1],
    ]);
  });

  it('gathers jobs while a batch runs, and gives the oldest lane the next one', async () => {
    const { batcher, batches, turn } = heldEngine();
    void batcher.submit('a', 0);
    await turn();
    void batcher.submit('b', 1);
    await turn();
    for (const input of [2, 3, 4, 5, 6]) void batcher.submit('a', input);
    expect(batcher.depth).toBe(6);
    for (let i = 0; i < 3; i += 1) {
      batches[i]?.end();
      await turn();
    }
    expect(batches.map(({ lane, inputs }) => [lane, ...inputs])).toEqual([
      ['a', 0],
      ['b', 1],
      ['a', 2, 3, 4, 5],
      ['a', 6],
    ]);
  });

  it('waits for company up to the delay, not when the batch is full', async () => {
    const { batcher, batches } = heldEngine([1, 2], 300);
    void batcher.submit('a', 1);
    await delay(20);
    expect(batches).toHaveLength(0);
    void batcher.submit('a', 2);
    await delay(10);
    expect(batches[0]?.inputs).toEqual([1, 2]);
    batches[0]?.end();
    void batcher.submit('b', 3);
    await delay(350);
    expect(batches[1]?.inputs).toEqual([3]);
  });

  it('never runs a job that was taken back while it waited, and lets go of one that runs', async () => {
    const { batcher, batches, turn } = heldEngine();
    const running = new AbortController();
    const waiting = new AbortController();
    const first = batcher.submit('a', 1, { signal: running.signal });
    await turn();
    const second = batcher.submit('a', 2, { signal: waiting.signal });
    waiting.abort();
    running.abort();
    const aborted = { ok: false, error: { reason: 'aborted' } };
    expect(await Promise.all([first, second])).toEqual([aborted, aborted]);
    expect(await batcher.submit('a', 3, { signal: waiting.signal })).toEqual(aborted);
    batches[0]?.end();
    await turn();
    expect(batches).toHaveLength(1);
    expect(batcher.depth).toBe(0);
  });

  it('fails the jobs of a batch that fails, and goes on', async () => {
    const { batcher, batches, turn } = heldEngine();
    const first = batcher.submit('a', 1);
    await turn();
    batches[0]?.end(new Error('out of memory'));
    expect(await first).toEqual({ ok: false, error: { reason: 'failed', detail: 'out of memory' } });
    const second = batcher.submit('a', 2);
    await turn();
    batches[1]?.end();
    expect((await second).ok).toBe(true);
  });

  it('answers every job with its own output, whatever arrives and is taken back when', async () => {
    const arrivals = fc.array(
      fc.record({ lane: fc.constantFrom<Lane>('a', 'b'), wait: fc.nat(3), abortAfter: fc.option(fc.nat(4)) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(arrivals, fc.nat(3), async (jobs, maxDelayMs) => {
        let running = 0;
        const batcher = createBatcher<Lane, number, number>({
          batchSizes: [1, 2, 4],
          maxDelayMs,
          run: async (_, inputs) => {
            running += 1;
            expect(running).toBe(1);
            expect([1, 2, 4]).toContain(inputs.length);
            await delay(1);
            running -= 1;
            return inputs.map((input) => input * 2);
          },
        });
        await Promise.all(
          jobs.map(async ({ lane, wait, abortAfter }, input) => {
            await delay(wait);
            const controller = new AbortController();
            if (abortAfter !== null) setTimeout(() => controller.abort(), abortAfter);
            const result = await batcher.submit(lane, input, { signal: controller.signal });
            if (result.ok) expect(result.value.output).toBe(input * 2);
            else expect([abortAfter === null, result.error]).toEqual([false, { reason: 'aborted' }]);
          }),
        );
        expect(batcher.depth).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});
