import { describe, expect, it } from 'vitest';
import { type ErrorCode, problem } from '../../../../shared/contract/errors.ts';
import type { IncidentLine } from '../../../../shared/contract/log.ts';
import { err, ok } from '../../../../shared/contract/result.ts';
import { REST_MS, withBreaker } from '../../../../workers/pipeline/flight/breaker.ts';
import type { Boarding, Landed } from '../../../../workers/pipeline/ports.ts';
import { finalOf, requestOf } from './fakes.ts';

const boarding: Boarding = { requestId: 'r', deadlineMs: 100, cache: 'miss' };

/** A breaker whose time and whose GPU service the test has in its hand. */
function setUp() {
  const incidents: IncidentLine[] = [];
  const world = { now: 0, code: null as ErrorCode | null, calls: 0, held: null as Promise<void> | null };
  const breaker = withBreaker(
    {
      async join() {
        world.calls += 1;
        const { code, held } = world;
        await held;
        const landed: Landed = { picture: finalOf(requestOf()), source: 'gpu' };
        return code === null ? ok(landed) : err(problem(code, 'told to'));
      },
    },
    (incident) => incidents.push(incident),
    () => world.now,
  );
  const ask = async (times = 1): Promise<void> => {
    for (let turn = 0; turn < times; turn += 1) await breaker.join(requestOf(), boarding);
  };
  return { world, incidents, breaker, ask };
}

describe('the breaker', () => {
  it('opens after five failures in a row, and then nobody waits', async () => {
    const { world, incidents, breaker, ask } = setUp();
    world.code = 'gpu_unavailable';
    await ask(50);
    expect(world.calls).toBe(5);
    expect(await breaker.join(requestOf(), boarding)).toMatchObject({
      ok: false,
      error: { code: 'gpu_unavailable', retryAfter: 2 },
    });
    expect(incidents).toMatchObject([{ what: 'breaker_opened' }]);
  });

  it('stays closed when failures are not in a row', async () => {
    const { world, ask } = setUp();
    for (let turn = 0; turn < 10; turn += 1) {
      world.code = 'bad_upstream';
      await ask(4);
      world.code = null;
      await ask();
    }
    expect(world.calls).toBe(50);
  });

  it.each(['too_busy', 'ceiling_reached', 'model_mismatch'] as const)(
    'does not take %s for a fault of the service',
    async (code) => {
      const { world, ask } = setUp();
      world.code = code;
      await ask(20);
      expect(world.calls).toBe(20);
    },
  );

  it('half open lets one probe through; while it is on its way nobody else waits', async () => {
    const { world, ask, breaker } = setUp();
    world.code = 'gpu_unavailable';
    await ask(6);
    world.now += REST_MS;
    const { promise, resolve } = Promise.withResolvers<void>();
    world.held = promise;
    world.code = null;
    const probe = breaker.join(requestOf(), boarding);
    await ask(10);
    expect(world.calls).toBe(6);
    resolve();
    expect((await probe).ok).toBe(true);
    await ask(10);
    expect(world.calls).toBe(16);
  });

  it('opens again when the probe fails, and probes again when one says nothing', async () => {
    const { world, ask, breaker } = setUp();
    world.code = 'gpu_unavailable';
    await ask(6);
    world.now += REST_MS;
    await ask(3);
    expect(world.calls).toBe(6);
    world.now += REST_MS;
    world.held = new Promise(() => undefined);
    void breaker.join(requestOf(), boarding);
    expect(world.calls).toBe(7);
    world.held = null;
    world.code = null;
    world.now += REST_MS;
    await ask(2);
    expect(world.calls).toBe(9);
  });
});
