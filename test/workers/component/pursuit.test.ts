import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, Came } from '../../../workers/component/ask.ts';
import { retryIn } from '../../../workers/component/pace.ts';
import { createPursuit, REST_MS } from '../../../workers/component/pursuit.ts';
import type { Wish } from '../../../workers/component/wish.ts';

/** The order in which answers come is the fault that is made here: a browser cannot be told to mix them up. */

const wish = (query: string): Wish => ({
  base: 'https://edge.example',
  query,
  seed: '',
  size: '',
  format: '',
  model: '',
  key: '',
});
const TYPING = { hasPicture: false, draftsOnly: false };
const failure = (code: string, status: number, retryAfter: number | null = null) => ({
  code,
  detail: '',
  status,
  retryAfter,
});

function setUp() {
  const waiting = new Map<string, (answer: Answer<Came>) => void>();
  const told: string[] = [];
  const pursuit = createPursuit(
    {
      show: async () => true,
      showed: ({ wish: { query }, stage }) => told.push(`${query}: ${stage}`),
      became: (state) => told.push(state),
      failed: ({ code }, { query }, seconds) => told.push(`${query}: ${code}, again in ${seconds}`),
    },
    (address) => {
      const { searchParams } = new URL(address);
      return new Promise((resolve) => {
        waiting.set(`${searchParams.get('q')} ${searchParams.get('stage')}`, resolve);
      });
    },
  );
  const answer = async (asked: string, how: Answer<Came>): Promise<void> => {
    const resolve = waiting.get(asked);
    if (resolve === undefined) throw new Error(`${asked} was not asked for`);
    waiting.delete(asked);
    resolve(how);
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    pursuit,
    waiting,
    told,
    comes: (asked: string) => answer(asked, { ok: true, value: { picture: 'data:,', alt: '' } }),
    fails: (asked: string, code: string, status: number) =>
      answer(asked, { ok: false, failure: failure(code, status) }),
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the pursuit of a wish', () => {
  it('asks for a draft at once and for the final after a rest', async () => {
    const { pursuit, waiting, comes, told } = setUp();
    pursuit.want(wish('red'), TYPING);
    await vi.advanceTimersByTimeAsync(REST_MS - 1);
    pursuit.want(wish('red jeans'), TYPING);
    await vi.advanceTimersByTimeAsync(REST_MS - 1);
    expect([...waiting.keys()]).toEqual(['red draft', 'red jeans draft']);
    await vi.advanceTimersByTimeAsync(1);
    expect([...waiting.keys()].at(-1)).toBe('red jeans final');
    await comes('red jeans draft');
    await comes('red jeans final');
    expect(told).toEqual(['waiting', 'waiting', 'draft', 'red jeans: draft', 'final', 'red jeans: final']);
  });

  it('shows what comes for older words until something newer is there, never after it', async () => {
    const { pursuit, comes, told } = setUp();
    for (const query of ['a', 'b', 'c']) pursuit.want(wish(query), TYPING);
    await comes('b draft');
    await comes('a draft');
    await comes('c draft');
    expect(told.filter((line) => line.includes(':'))).toEqual(['b: draft', 'c: draft']);
  });

  it('never puts a draft over its final', async () => {
    const { pursuit, comes, told } = setUp();
    pursuit.want(wish('a'), TYPING);
    await vi.advanceTimersByTimeAsync(REST_MS);
    await comes('a final');
    await comes('a draft');
    expect(told.at(-1)).toBe('a: final');
    expect(told).not.toContain('a: draft');
  });

  it('has four drafts on their way at most; of the words in between the last ones are kept', async () => {
    const { pursuit, waiting, comes } = setUp();
    for (const query of 'abcdefg') pursuit.want(wish(query), TYPING);
    expect([...waiting.keys()]).toEqual(['a draft', 'b draft', 'c draft', 'd draft']);
    await comes('b draft');
    expect([...waiting.keys()].at(-1)).toBe('g draft');
    await comes('a draft');
    expect(waiting.size).toBe(3);
  });

  it('says nothing of a failed draft while the words change, and asks for no final of it', async () => {
    const { pursuit, waiting, fails, told } = setUp();
    pursuit.want(wish('s'), TYPING);
    await fails('s draft', 'no_known_word', 422);
    expect(told).toEqual(['waiting']);
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(told).toEqual(['waiting', 'error', 's: no_known_word, again in null']);
    expect(waiting.size).toBe(0);
  });

  it('tries again, ever more seldom, and at once when told to', async () => {
    const { pursuit, comes, fails, told } = setUp();
    pursuit.want(wish('a'), TYPING);
    await comes('a draft');
    await vi.advanceTimersByTimeAsync(REST_MS);
    for (const seconds of [4, 8]) {
      await fails('a final', 'gpu_unavailable', 503);
      expect(told.at(-1)).toBe(`a: gpu_unavailable, again in ${seconds}`);
      await vi.advanceTimersByTimeAsync(seconds * 1_000);
    }
    await fails('a final', 'gpu_unavailable', 503);
    pursuit.retry();
    await comes('a final');
    expect(told.at(-1)).toBe('a: final');
  });

  it('goes on to the final when drafts alone were wanted before', async () => {
    const { pursuit, waiting, comes, told } = setUp();
    pursuit.want(wish('a'), { ...TYPING, draftsOnly: true });
    await comes('a draft');
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(waiting.size).toBe(0);
    pursuit.want(wish('a'), TYPING);
    await comes('a final');
    expect(told).toEqual(['waiting', 'draft', 'a: draft', 'final', 'a: final']);
  });

  it('drops what comes after it was stopped', async () => {
    const { pursuit, comes, told } = setUp();
    pursuit.want(wish('a'), TYPING);
    pursuit.stop();
    await comes('a draft');
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(told).toEqual(['waiting']);
  });
});

describe('seconds until another try', () => {
  it.each([
    ['gpu_unavailable', 503, null, 1, 4],
    ['gpu_unavailable', 503, null, 3, 16],
    ['gpu_unavailable', 503, null, 9, 60],
    ['too_busy', 429, 90, 1, 90],
    ['offline', 0, null, 1, 4],
    ['gpu_not_configured', 503, null, 1, null],
    ['no_known_word', 422, null, 1, null],
    ['forbidden_origin', 403, null, 1, null],
  ])('%s (%i, Retry-After %s), failure %i: %s', (code, status, retryAfter, failures, expected) => {
    expect(retryIn(failure(code, status, retryAfter), failures)).toBe(expected);
  });
});
