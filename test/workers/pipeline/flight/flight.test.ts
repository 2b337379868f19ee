import { describe, expect, it } from 'vitest';
import { type ProblemError, problem } from '../../../../shared/contract/errors.ts';
import type { IncidentLine } from '../../../../shared/contract/log.ts';
import { err, ok, type Result } from '../../../../shared/contract/result.ts';
import { createMemoryCache } from '../../../../workers/pipeline/cache/memory.ts';
import { createFlight, KEEP_MS } from '../../../../workers/pipeline/flight/flight.ts';
import type { FlightStore, Saved } from '../../../../workers/pipeline/flight/saved.ts';
import type { Boarding, Ceiling, PictureCache, Progress } from '../../../../workers/pipeline/ports.ts';
import { finalOf, requestOf } from './fakes.ts';

const request = requestOf();
const picture = finalOf(request);
const done: Result<Progress, ProblemError> = ok({ kind: 'done', picture });
const pending: Result<Progress, ProblemError> = ok({ kind: 'pending', id: 'p1' });
const down: Result<Progress, ProblemError> = err(problem('gpu_unavailable', 'down'));
const miss: Boarding = { requestId: 'r', deadlineMs: 1_000, cache: 'miss' };
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * A flight whose other side answers when the test says so, whose storage outlives it, and whose clock and alarm the
 * test has in its hand.
 */
function setUp({ cache = createMemoryCache(1_000) as PictureCache, broken = false } = {}) {
  const world = { now: 1_000_000, wakeAt: null as number | null, saved: null as Saved | null };
  const incidents: IncidentLine[] = [];
  const calls: { kind: string; answer: (progress: Result<Progress, ProblemError>) => void }[] = [];
  const counted = new Map<string, number>();
  const asked = (kind: string) =>
    new Promise<Result<Progress, ProblemError>>((resolve) => calls.push({ kind, answer: resolve }));
  const store: FlightStore = {
    load: async () => structuredClone(world.saved),
    save: async (saved) => {
      if (broken) throw new Error('no storage');
      world.saved = structuredClone(saved);
    },
    clear: async () => void Object.assign(world, { saved: null, wakeAt: null }),
    wake: async (at) => void Object.assign(world, { wakeAt: at }),
  };
  const create = () =>
    createFlight({
      store,
      cache,
      gpu: { begin: () => asked('begin'), resume: (id) => asked(`resume ${id}`) },
      ceilings: {
        async take({ name, perDay }) {
          await turn();
          const used = counted.get(name) ?? 0;
          if (used < perDay) counted.set(name, used + 1);
          return used < perDay;
        },
        giveBack: async ({ name }) => void counted.set(name, (counted.get(name) ?? 0) - 1),
      },
      flightMs: 60_000,
      report: (incident) => incidents.push(incident),
      now: () => world.now,
    });
  /** Lets the time of the next alarm come. */
  const ring = async (flight: ReturnType<typeof create>): Promise<void> => {
    world.now = Math.max(world.now, world.wakeAt ?? world.now);
    world.wakeAt = null;
    await Promise.race([flight.alarm(), turn()]);
    await turn();
  };
  return { world, incidents, calls, counted, create, ring, cache };
}

/** A flight with a caller on board, whose generation has begun and is not finished. */
async function setUpBegun() {
  const scene = setUp();
  const flight = scene.create();
  const caller = flight.join(request, miss);
  await turn();
  scene.calls[0]?.answer(pending);
  await turn();
  return { ...scene, flight, caller };
}

describe('a flight', () => {
  it('is one generation, whoever joins, and lands in the cache', async () => {
    const { create, calls, cache } = setUp();
    const flight = create();
    const callers = Array.from({ length: 50 }, () => flight.join(request, miss));
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]?.answer(done);
    const landed = await Promise.all(callers);
    for (const one of landed) expect(one).toEqual(ok({ picture, source: 'gpu' }));
    await turn();
    expect(await cache.get(request)).toEqual({ kind: 'hit', picture });
  });

  it('goes on when its callers have gone', async () => {
    const { create, calls, cache } = setUp();
    const flight = create();
    expect(await flight.join(request, { ...miss, deadlineMs: 1 })).toMatchObject({
      ok: false,
      error: { code: 'gpu_unavailable' },
    });
    calls[0]?.answer(done);
    await turn();
    expect(await cache.get(request)).toMatchObject({ kind: 'hit' });
  });

  it('keeps the picture as long as a reader of the cache may miss it, and then lets go', async () => {
    const { create, calls, world, ring } = setUp();
    const flight = create();
    const first = flight.join(request, miss);
    await turn();
    calls[0]?.answer(done);
    await first;
    await turn();
    world.now += KEEP_MS - 1;
    expect(await flight.join(request, miss)).toEqual(ok({ picture, source: 'cache' }));
    expect(calls).toHaveLength(1);
    await ring(flight);
    expect(world.saved).toBeNull();
    void flight.join(request, miss);
    await turn();
    expect(calls).toHaveLength(2);
  });

  it('that is not finished at once is asked for by alarm', async () => {
    const { flight, caller, calls, ring } = await setUpBegun();
    await ring(flight);
    calls[1]?.answer(pending);
    await turn();
    await ring(flight);
    calls[2]?.answer(done);
    expect(await caller).toMatchObject({ ok: true });
    expect(calls.map(({ kind }) => kind)).toEqual(['begin', 'resume p1', 'resume p1']);
  });

  it('survives a few questions without an answer, not many', async () => {
    const { flight, caller, calls, ring } = await setUpBegun();
    for (let fault = 1; fault <= 4; fault += 1) {
      await ring(flight);
      calls[fault]?.answer(down);
      await turn();
    }
    expect(await caller).toMatchObject({ ok: false, error: { code: 'gpu_unavailable' } });
  });
});

describe('a failure', () => {
  it('is told to all on board, and the next caller begins anew', async () => {
    const { create, calls, incidents } = setUp();
    const flight = create();
    const callers = [flight.join(request, miss), flight.join(request, miss)];
    await turn();
    calls[0]?.answer(down);
    for (const caller of callers) expect(await caller).toMatchObject({ ok: false });
    const next = flight.join(request, miss);
    await turn();
    calls[1]?.answer(done);
    expect(await next).toMatchObject({ ok: true });
    expect(incidents).toMatchObject([{ what: 'gpu_failed', requestId: 'r' }]);
  });

  it('that never comes holds nobody who asks after its time', async () => {
    const { create, calls, world } = setUp();
    const flight = create();
    const hung = flight.join(request, miss);
    await turn();
    world.now += 60_001;
    const next = flight.join(request, miss);
    await turn();
    expect(await hung).toMatchObject({ ok: false });
    calls[1]?.answer(done);
    expect(await next).toMatchObject({ ok: true });
    // The late answer changes nothing any more.
    calls[0]?.answer(down);
    await turn();
    expect(await flight.join(request, miss)).toMatchObject({ ok: true });
  });

  it('of the storage ends the flight, not the waiting', async () => {
    const { create, incidents } = setUp({ broken: true });
    expect(await create().join(request, miss)).toMatchObject({
      ok: false,
      error: { code: 'gpu_unavailable' },
    });
    expect(incidents).toMatchObject([{ what: 'flight_failed' }]);
  });
});

describe('after a restart', () => {
  it('the alarm takes a generation up by its id', async () => {
    const { create, calls, ring, cache } = await setUpBegun();
    const after = create();
    const caller = after.join(request, miss);
    await turn();
    await ring(after);
    expect(calls.map(({ kind }) => kind)).toEqual(['begin', 'resume p1']);
    calls[1]?.answer(done);
    expect(await caller).toMatchObject({ ok: true });
    await turn();
    expect(await cache.get(request)).toMatchObject({ kind: 'hit' });
  });

  it('one that had no id yet is begun again, by the alarm or by the next caller', async () => {
    for (const wakes of [true, false]) {
      const { create, calls, ring } = setUp();
      void create().join(request, miss);
      await turn();
      const after = create();
      if (wakes) await ring(after);
      const caller = after.join(request, miss);
      await turn();
      expect(calls.map(({ kind }) => kind)).toEqual(['begin', 'begin']);
      calls[1]?.answer(done);
      expect(await caller).toMatchObject({ ok: true });
    }
  });

  it('a kept picture is still kept', async () => {
    const { create, calls } = setUp();
    const before = create();
    const first = before.join(request, miss);
    await turn();
    calls[0]?.answer(done);
    await first;
    await turn();
    expect(await create().join(request, miss)).toEqual(ok({ picture, source: 'cache' }));
  });
});

describe('the cache', () => {
  it('that takes no write is tried again by alarm, and nobody waits for it', async () => {
    let refusals = 2;
    const memory = createMemoryCache(1_000);
    const cache: PictureCache = {
      get: memory.get,
      put: async (asked, given) => (refusals-- > 0 ? err('429') : memory.put(asked, given)),
    };
    const { create, calls, ring, incidents } = setUp({ cache });
    const flight = create();
    const caller = flight.join(request, miss);
    await turn();
    calls[0]?.answer(done);
    expect(await caller).toMatchObject({ ok: true });
    await turn();
    await ring(flight);
    await ring(flight);
    expect(await cache.get(request)).toMatchObject({ kind: 'hit' });
    expect(incidents.map(({ what }) => what)).toEqual(['cache_write_failed', 'cache_write_failed']);
  });

  it('that did not answer the caller is asked once more before anything is drawn', async () => {
    const { create, calls, cache } = setUp();
    await cache.put(request, picture);
    expect(await create().join(request, { ...miss, cache: 'unknown' })).toEqual(
      ok({ picture, source: 'cache' }),
    );
    expect(calls).toHaveLength(0);
  });

  it('with a damaged value gets the picture again, once, though many see the damage', async () => {
    const { create, calls, cache, ring, world } = setUp();
    const flight = create();
    const first = flight.join(request, miss);
    await turn();
    calls[0]?.answer(done);
    await first;
    await turn();
    await cache.put(request, { ...picture, bytes: Uint8Array.of(9) });
    for (let reader = 0; reader < 5; reader += 1) {
      expect(await flight.join(request, { ...miss, cache: 'damaged' })).toMatchObject({
        value: { source: 'cache' },
      });
    }
    await ring(flight);
    expect(await cache.get(request)).toEqual({ kind: 'hit', picture });
    const wakeAt = world.wakeAt;
    await flight.join(request, { ...miss, cache: 'damaged' });
    expect(world.wakeAt).toBe(wakeAt);
    expect(calls).toHaveLength(1);
  });
});

describe('a ceiling', () => {
  const ceiling: Ceiling = { name: 'rpk_1', perDay: 1 };
  const bounded = { ...miss, ceiling };

  it('counts generations, not callers', async () => {
    const { create, calls, counted } = setUp();
    const flight = create();
    const callers = Array.from({ length: 5 }, () => flight.join(request, bounded));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    calls[0]?.answer(done);
    const landings = await Promise.all(callers);
    expect(landings.some(({ ok }) => ok)).toBe(true);
    expect(calls).toHaveLength(1);
    expect(await flight.join(request, bounded)).toMatchObject({ ok: true });
    expect(counted.get('rpk_1')).toBe(1);
  });

  it('that is reached refuses, until when is said, and no one else suffers from it', async () => {
    const { create, calls } = setUp();
    const flight = create();
    const refused = await flight.join(request, { ...miss, ceiling: { name: 'rpk_2', perDay: 0 } });
    expect(refused).toMatchObject({ ok: false, error: { code: 'ceiling_reached' } });
    expect(refused.ok ? 0 : refused.error.retryAfter).toBeGreaterThan(0);
    const other = flight.join(request, miss);
    await turn();
    const joined = flight.join(request, { ...miss, ceiling: { name: 'rpk_2', perDay: 0 } });
    calls[0]?.answer(done);
    expect(await other).toMatchObject({ ok: true });
    expect(await joined).toMatchObject({ ok: true });
  });

  it('does not count what failed', async () => {
    const { create, calls, counted } = setUp();
    const flight = create();
    const caller = flight.join(request, bounded);
    for (let turns = 0; turns < 3; turns += 1) await turn();
    calls[0]?.answer(down);
    await caller;
    await turn();
    expect(counted.get('rpk_1')).toBe(0);
  });
});
