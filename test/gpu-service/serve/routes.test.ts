import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { PictureMaker } from '../../../gpu-service/serve/pictures.ts';
import { createPredictions } from '../../../gpu-service/serve/predictions.ts';
import { createRoutes, type Phase } from '../../../gpu-service/serve/routes.ts';
import { err } from '../../../shared/contract/result.ts';

const TOKEN = 'token-of-the-route-tests';
const MODEL = 'r1-0a1b2c3d';
const input = { tokens: [1], seed: 7, size: 64 };
const row: PictureMaker['row'] = () => Promise.resolve(err({ reason: 'aborted' }));

/** Routes over a maker that stands in for an engine in a state which a test cannot cause in a real one. */
function routes(make: PictureMaker['make'], phase: () => Phase = () => 'ready', outcomes: string[] = []) {
  const maxUnfinished = 1;
  const predictions = createPredictions({ makers: new Map([[MODEL, { make, row }]]), maxUnfinished });
  const app = createRoutes({
    token: TOKEN,
    phase,
    backend: () => ({ models: [MODEL], predictions, maxUnfinished }),
    log: pino({ level: 'silent' }),
    onCreation: (outcome) => outcomes.push(outcome),
  });
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = { method, headers: { Authorization: `Bearer ${TOKEN}`, ...headers } };
    const response = await app.request(
      path,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    return { status: response.status, body: await response.json() };
  };
  return { ask, outcomes };
}

const never: PictureMaker['make'] = () => new Promise(() => {});

describe('routes', () => {
  it.each([
    ['starting', 200, 503, 'STARTING'],
    ['ready', 200, 200, 'READY'],
    ['stopping', 200, 503, 'DEFUNCT'],
    ['broken', 503, 503, 'DEFUNCT'],
  ] as const)('while %s: live %d, ready %d, health-check %s', async (phase, live, ready, cog) => {
    const { ask } = routes(never, () => phase);
    expect((await ask('GET', '/health/live')).status).toBe(live);
    expect((await ask('GET', '/health/ready')).status).toBe(ready);
    expect((await ask('GET', '/health-check')).body).toEqual({ status: cog });
    const created = await ask('POST', '/v1/predictions', { input });
    expect(created.status).toBe(phase === 'ready' ? 202 : 503);
  });

  it('says BUSY and refuses while it is full, and counts both', async () => {
    const { ask, outcomes } = routes(never);
    await ask('POST', '/v1/predictions', { input });
    expect((await ask('GET', '/health-check')).body).toEqual({ status: 'BUSY' });
    expect(await ask('POST', '/v1/predictions', { input })).toMatchObject({
      status: 429,
      body: { code: 'too_busy' },
    });
    expect(outcomes).toEqual(['created', 'too_busy']);
  });

  it('answers a picture that could not be made with a failed prediction', async () => {
    const { ask } = routes(async () => err({ reason: 'failed', detail: 'CUDA out of memory' }));
    const created = await ask('POST', '/predictions', { input });
    expect(created).toMatchObject({
      status: 201,
      body: { status: 'failed', error: 'CUDA out of memory', output: null },
    });
    const { ask: thrown } = routes(() => Promise.reject(new Error('no thread')));
    expect(await thrown('POST', '/predictions', { input })).toMatchObject({ body: { status: 'failed' } });
  });

  it('answers an unfinished creation with starting, even when it runs', async () => {
    const { ask } = routes((_, options) => {
      options?.onStart?.();
      return new Promise(() => {});
    });
    const created = await ask('POST', '/v1/predictions', { input }, { Prefer: 'wait=1' });
    expect(created).toMatchObject({ status: 202, body: { status: 'starting', output: null, metrics: {} } });
    const polled = await ask('GET', `/v1/predictions/${created.body.id}`);
    expect(polled.body.status).toBe('processing');
  });

  it('asks for the token before it tells what exists', async () => {
    const { ask } = routes(never);
    for (const path of ['/v1/predictions/x', '/v1/nothing', '/', '/metrics']) {
      expect((await ask('GET', path, undefined, { Authorization: 'Bearer wrong' })).status).toBe(401);
    }
  });
});
