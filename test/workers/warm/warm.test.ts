import { describe, expect, it } from 'vitest';
import { RestganError } from '../../../shared/client/index.ts';
import type { PreviewsAnswer } from '../../../shared/contract/answers.ts';
import { readOptions } from '../../../workers/warm/options.ts';
import { nameOf, type Wish, warm } from '../../../workers/warm/warm.ts';

const wishes: Wish[] = Array.from({ length: 25 }, (_, at) => ({
  q: at === 3 ? 'qwertz' : `pants ${at}`,
  seed: 7,
  size: 64,
  format: 'webp',
}));

/** A deployment whose Queue draws what it was given while the caller sleeps; `faults` are thrown first. */
function deployment(faults: Error[] = []) {
  const queued = new Set<string>();
  const ready = new Set<string>();
  const calls: { pictures: number; enqueue: boolean }[] = [];
  const slept: number[] = [];
  return {
    calls,
    slept,
    ready,
    sleep: async (ms: number) => {
      slept.push(ms);
      for (const q of queued) ready.add(q);
    },
    client: {
      async previews({
        pictures,
        enqueue = true,
      }: Parameters<Parameters<typeof warm>[1]['client']['previews']>[0]) {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        calls.push({ pictures: pictures.length, enqueue });
        const states: PreviewsAnswer['pictures'] = pictures.map(({ q }) => {
          if (q === 'qwertz') return { q, state: 'refused', code: 'no_known_word', detail: 'No word.' };
          if (ready.has(q)) return { q, state: 'ready', url: q };
          if (enqueue) queued.add(q);
          return { q, state: enqueue ? 'queued' : 'missing', url: q };
        });
        return { model: 'r1-0a1b2c3d', pictures: states };
      },
    },
  };
}

const runOf = (of: ReturnType<typeof deployment>, done = new Set<string>()) => ({
  client: of.client,
  sleep: of.sleep,
  done,
  chunk: 10,
  rate: 20,
  waitMs: 60_000,
  onProgress: () => {},
});

describe('warm', () => {
  it('queues every picture once, in chunks, and waits until they are there', async () => {
    const shop = deployment();
    const report = await warm(wishes, runOf(shop));
    expect(report).toMatchObject({ ready: 24, waiting: 0, refused: [{ q: 'qwertz' }] });
    expect(shop.calls.filter(({ enqueue }) => enqueue).map(({ pictures }) => pictures)).toEqual([10, 10, 5]);
  });

  it('keeps to its rate', async () => {
    const shop = deployment();
    await warm(wishes, runOf(shop));
    expect(shop.slept.slice(0, 2).every((ms) => ms > 400 && ms <= 500)).toBe(true);
  });

  it('goes on where it was: what is done is not asked for again', async () => {
    const shop = deployment();
    const done = new Set(wishes.slice(0, 20).map(nameOf));
    await warm(wishes, runOf(shop, done));
    expect(shop.calls[0]).toEqual({ pictures: 5, enqueue: true });
    expect(done.size).toBe(25);
  });

  it('waits as long as a busy deployment asks for, and gives up on what is wrong', async () => {
    const busy = new RestganError(429, { code: 'rate_limited' }, 10);
    const shop = deployment([busy]);
    expect((await warm(wishes.slice(0, 2), runOf(shop))).ready).toBe(2);
    expect(shop.slept[0]).toBe(10_000);
    const wrong = deployment([new RestganError(401, { code: 'unauthorized' })]);
    await expect(warm(wishes, runOf(wrong))).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('says what is still queued when its time is over', async () => {
    const shop = deployment();
    const stuck = { ...runOf(shop), sleep: async () => {}, waitMs: 10_000 };
    expect((await warm(wishes, stuck)).waiting).toBe(24);
  });
});

describe('its options', () => {
  it('have defaults and take lists', () => {
    expect(readOptions(['q.txt', '--seed', '1,2', '--size', '64,256'])).toMatchObject({
      ok: true,
      value: { file: 'q.txt', seed: [1, 2], size: [64, 256], format: 'webp', rate: 20 },
    });
  });

  it.each([[[]], [['q.txt', '--size', '65']], [['q.txt', '--seed', 'x']], [['q.txt', '--base', 'ftp://x']]])(
    'refuse %j in words',
    (args) => {
      expect(readOptions(args)).toMatchObject({ ok: false, error: expect.any(String) });
    },
  );
});
