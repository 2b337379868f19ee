import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDeadline } from '../../../workers/pipeline/deadline.ts';
import { LATE } from '../../../workers/pipeline/within.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => undefined);

function setUp() {
  const kept: Promise<unknown>[] = [];
  const inTime = createDeadline(100);
  /** When a promise was given up, ms after now. */
  const lateAfter = (): Promise<number> => {
    const since = Date.now();
    return inTime(never(), (work) => void kept.push(work)).then((value) => {
      expect(value).toBe(LATE);
      return Date.now() - since;
    });
  };
  return { inTime, kept, lateAfter };
}

it('gives the value of what is there in time, and the failure of what fails', async () => {
  const { inTime } = setUp();
  const keep = () => undefined;
  expect(await inTime(Promise.resolve(7), keep)).toBe(7);
  await expect(inTime(Promise.reject(new Error('down')), keep)).rejects.toThrow('down');
});

it('gives up between three quarters of its time and the whole, with one timer for what begins together', async () => {
  const { kept, lateAfter } = setUp();
  const late: Promise<number>[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    late.push(lateAfter());
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(200);
  expect(await Promise.all(late)).toEqual([100, 90, 80, 100, 90, 80, 100, 90, 80, 100]);
  // Each timer is kept alive past the request that started it.
  expect(kept.length).toBe(4);
});

it('trusts no timer of before the clock was set back', async () => {
  const { kept, lateAfter } = setUp();
  const first = lateAfter();
  vi.setSystemTime(Date.now() - 3_600_000);
  const second = lateAfter();
  await vi.advanceTimersByTimeAsync(100);
  expect(kept.length).toBe(2);
  expect(await second).toBe(100);
  expect(await first).toBeLessThan(0);
});
