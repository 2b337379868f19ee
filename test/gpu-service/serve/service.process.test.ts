import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import Replicate from 'replicate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictionSchema } from '../../../shared/contract/prediction.ts';
import { patience } from '../../support/patience.ts';
import { ROOT, type RunningService, startServiceProcess, TOKEN } from './process.ts';

const input = { tokens: [4, 9, 1], lab: [30, 10, 5], seed: 7, size: 64, format: 'png' } as const;
const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
const bytesOf = (dataUri: unknown): Buffer => Buffer.from(String(dataUri).split(',')[1] ?? '', 'base64');

let service: RunningService;
const post = (path: string, body: unknown, more: Record<string, string> = {}, method = 'POST') =>
  fetch(service.url + path, { method, headers: { ...headers, ...more }, body: JSON.stringify(body) });

async function stop(running: RunningService | undefined): Promise<number | null> {
  running?.process.kill('SIGTERM');
  return running === undefined ? null : running.exit;
}

describe('the service', () => {
  beforeAll(async () => {
    service = await startServiceProcess({ MAX_QUEUE: '16' });
  });
  afterAll(async () => {
    expect(await stop(service)).toBe(0);
  });

  describe('with the replicate client, by base URL alone', () => {
    let replicate: Replicate;
    beforeAll(() => {
      replicate = new Replicate({ auth: TOKEN, baseUrl: `${service.url}/v1` });
    });

    it.each([64, 128, 256])(
      'creates, waiting: a picture of %d px as a data URI, with its version',
      async (size) => {
        const prediction = await replicate.predictions.create({
          version: service.model,
          input: { ...input, size },
          wait: 20,
        });
        expect(prediction).toMatchObject({ status: 'succeeded', version: service.model, error: null });
        expect(predictionSchema.safeParse(prediction).success).toBe(true);
        const { width, height, format } = await sharp(bytesOf(prediction.output)).metadata();
        expect({ width, height, format }).toEqual({ width: size, height: size, format: 'png' });
      },
    );

    it('creates and polls', async () => {
      const created = await replicate.predictions.create({ model: 'shop/restgan', input });
      expect(created.status).toBe('starting');
      const finished = await replicate.wait(created, { interval: 20 });
      expect(finished).toMatchObject({ id: created.id, status: 'succeeded' });
      expect(finished.metrics?.predict_time).toBeGreaterThan(0);
    });

    it('runs, by version, by model name and by polling', async () => {
      const plain = new Replicate({ auth: TOKEN, baseUrl: `${service.url}/v1`, useFileOutput: false });
      const outputs = [
        await plain.run(`shop/restgan:${service.model}`, { input }),
        await plain.run('shop/restgan', { input }),
        await plain.run('shop/restgan', { input, wait: { mode: 'poll', interval: 20 } }),
      ];
      expect(outputs[0]).toMatch(/^data:image\/png;base64,/);
      expect(new Set(outputs).size).toBe(1);
    });

    it('creates on a deployment', async () => {
      const created = await replicate.deployments.predictions.create('shop', 'restgan', { input, wait: 20 });
      expect(created.status).toBe('succeeded');
    });

    it('cancels', async () => {
      const created = await replicate.predictions.create({
        model: 'shop/restgan',
        input: { ...input, size: 256 },
      });
      expect(await replicate.predictions.cancel(created.id)).toMatchObject({
        id: created.id,
        status: 'canceled',
      });
      expect(await replicate.predictions.get(created.id)).toMatchObject({ status: 'canceled', output: null });
    });

    it('is told of a version that is not served, and of a wrong token', async () => {
      const other = replicate.predictions.create({ version: 'r9-00000000', input });
      await expect(other).rejects.toThrow(/409.*model_mismatch/s);
      const stranger = new Replicate({ auth: 'wrong', baseUrl: `${service.url}/v1` });
      await expect(stranger.predictions.create({ version: service.model, input })).rejects.toThrow(/401/);
    });
  });

  it('speaks Cog: a creation waits, a PUT is idempotent, health-check says READY', async () => {
    const posted = await post('/predictions', { input });
    expect([posted.status, (await posted.json()).status]).toEqual([201, 'succeeded']);
    const once = await (await post('/predictions/order-7', { input }, {}, 'PUT')).json();
    const twice = await (await post('/predictions/order-7', { input }, {}, 'PUT')).json();
    expect(twice).toEqual(once);
    expect(once.id).toBe('order-7');
    const health = await fetch(`${service.url}/health-check`);
    expect(await health.json()).toEqual({ status: 'READY' });
  });

  it('makes one prediction of equal idempotency keys, and links to itself', async () => {
    const key = { 'Idempotency-Key': 'flight: key/1' };
    const [first, second] = await Promise.all([
      post('/v1/predictions', { input }, key),
      post('/v1/predictions', { input }, key),
    ]);
    const { id, urls } = await first.json();
    expect((await second.json()).id).toBe(id);
    expect(urls.get).toBe(`${service.url}/v1/predictions/${id}`);
    expect((await fetch(urls.get, { headers })).status).toBe(200);
    const other = await post('/v1/predictions', { input: { ...input, seed: 8 } }, key);
    expect(other.status).toBe(400);
  });

  it('never runs what waited past its deadline', async () => {
    const big = { ...input, size: 256 };
    const busy = Array.from({ length: 8 }, (_, seed) => post('/predictions', { input: { ...big, seed } }));
    await delay(20);
    const late = await post('/predictions', { input: { ...big, seed: 99 } }, { 'Cancel-After': '20ms' });
    expect(await late.json()).toMatchObject({ status: 'canceled', started_at: null, output: null });
    for (const response of await Promise.all(busy)) expect((await response.json()).status).toBe('succeeded');
  });

  it('refuses at once when it is full, saying when to come back; what it accepted it finishes', async () => {
    const startedAt = performance.now();
    const refusedAfter: number[] = [];
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, seed) => {
        const response = await post('/predictions', { input: { ...input, size: 256, seed } });
        if (response.status === 429) refusedAfter.push(performance.now() - startedAt);
        const { status, code } = await response.json();
        return { http: response.status, retry: response.headers.get('retry-after'), status, code };
      }),
    );
    const refused = answers.filter(({ http }) => http === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toMatchObject({ code: 'too_busy', retry: '1' });
    const accepted = answers.filter(({ http }) => http === 201);
    expect(accepted.length + refused.length).toBe(40);
    expect(accepted.every(({ status }) => status === 'succeeded')).toBe(true);
    expect(Math.max(...refusedAfter)).toBeLessThan(patience(1_000));
  });

  it('answers problems as problem details, with the id of the request', async () => {
    const asked = async (path: string, init: RequestInit) => {
      const response = await fetch(service.url + path, init);
      const { code, status } = await response.json();
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('x-request-id')).toBeTruthy();
      return [response.status, status, code];
    };
    const huge = JSON.stringify({ input, pad: 'x'.repeat(20_000) });
    expect(await asked('/v1/predictions', { method: 'POST' })).toEqual([401, 401, 'unauthorized']);
    expect(await asked('/v1/predictions/none', { headers })).toEqual([404, 404, 'not_found']);
    expect(await asked('/v1/nothing', { headers })).toEqual([404, 404, 'not_found']);
    expect(await asked('/v1/predictions', { method: 'POST', headers, body: '{' })).toEqual([
      400,
      400,
      'bad_request',
    ]);
    expect(await asked('/v1/predictions', { method: 'POST', headers, body: huge })).toEqual([
      400,
      400,
      'bad_request',
    ]);
  });

  it('keeps the id of the request that it was given, in its answer and its log', async () => {
    const response = await post('/v1/predictions', { input }, { 'X-Request-Id': 'edge-0123456789' });
    expect(response.headers.get('x-request-id')).toBe('edge-0123456789');
    const { id } = await response.json();
    const logged = () => service.log.find(({ requestId }) => requestId === 'edge-0123456789');
    for (let i = 0; i < 100 && logged() === undefined; i += 1) await delay(10);
    expect(logged()).toMatchObject({ method: 'POST', status: 202, prediction: id });
  });

  it('counts on a port of its own, and not where predictions are', async () => {
    const text = await (await fetch(`${service.metricsUrl}/metrics`)).text();
    expect(text).toMatch(/restgan_predictions_total\{status="succeeded",size="64",format="png"\} [1-9]/);
    expect(text).toMatch(/restgan_creations_total\{outcome="too_busy"\} [1-9]/);
    expect(text).toContain(`restgan_model_info{version="${service.model}",provider="cpu"} 1`);
    expect((await fetch(`${service.url}/metrics`, { headers })).status).toBe(404);
  });

  it('answers any input with a picture or a problem, never with a fault of its own', async () => {
    const near = fc.record(
      {
        tokens: fc.array(fc.oneof(fc.integer({ min: 1, max: 55 }), fc.double()), { maxLength: 20 }),
        lab: fc.oneof(fc.constant(null), fc.array(fc.double(), { maxLength: 4 })),
        seed: fc.oneof(fc.integer(), fc.double(), fc.string()),
        size: fc.oneof(fc.constant(64), fc.jsonValue()),
        format: fc.oneof(fc.constantFrom('png', 'webp'), fc.string()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, fc.jsonValue()), fc.string(), async (any, text) => {
        const response = await post('/predictions', { input: any }, { Prefer: encodeURIComponent(text) });
        expect([200, 201, 202, 400, 429]).toContain(response.status);
        const path = await fetch(`${service.url}/v1/predictions/${encodeURIComponent(text)}`, { headers });
        expect([404]).toContain(path.status);
      }),
      { numRuns: 200 },
    );
  });
});

describe('lifecycle', () => {
  it('is alive and not ready while it loads, then ready; both without a token', async () => {
    const running = await startServiceProcess({}, 'listening');
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(running.url + path, init);
      return [response.status, await response.json()];
    };
    const starting = await Promise.all([
      ask('/health/live'),
      ask('/health/ready'),
      ask('/health-check'),
      ask('/v1/predictions', { method: 'POST', headers, body: JSON.stringify({ input }) }),
    ]);
    expect(starting).toEqual([
      [200, { phase: 'starting' }],
      [503, { phase: 'starting', models: [] }],
      [200, { status: 'STARTING' }],
      [503, expect.objectContaining({ code: 'not_ready' })],
    ]);
    const isReady = () => running.log.some(({ msg }) => msg === 'ready');
    for (let i = 0; i < 1_000 && !isReady(); i += 1) await delay(10);
    const model = running.log.at(-1)?.model;
    expect(await ask('/health/live')).toEqual([200, { phase: 'ready' }]);
    expect(await ask('/health/ready')).toEqual([200, { phase: 'ready', models: [model] }]);
    expect(await stop(running)).toBe(0);
  });

  it('finishes what it accepted when it is told to stop, and takes nothing more', async () => {
    const running = await startServiceProcess();
    const create = async (seed: number) => {
      const body = JSON.stringify({ input: { ...input, size: 256, seed } });
      const response = await fetch(`${running.url}/predictions`, { method: 'POST', headers, body });
      const { status, code } = await response.json();
      return { http: response.status, status, code };
    };
    const accepted = Array.from({ length: 12 }, (_, seed) => create(seed));
    await accepted[0];
    running.process.kill('SIGTERM');
    for (let i = 0; i < 100 && !running.log.some(({ signal }) => signal === 'SIGTERM'); i += 1)
      await delay(5);
    const late = await create(99).catch(() => 'refused');
    expect([{ http: 503, status: 503, code: 'not_ready' }, 'refused']).toContainEqual(late);
    for (const { status } of await Promise.all(accepted)) expect(status).toBe('succeeded');
    expect(await running.exit).toBe(0);
  });

  it.each([
    ['its settings are wrong', { TOKEN: '', PORT: 'x' }, /TOKEN[\s\S]*PORT|PORT[\s\S]*TOKEN/],
    ['its model is missing', { MODEL_DIR: `${ROOT}/test` }, /manifest\.json/],
  ])('does not start when %s, and says so', async (_, env, reason) => {
    await expect(startServiceProcess(env)).rejects.toThrow(reason);
  });

  it('does not start on a port in use, and says which', async () => {
    const running = await startServiceProcess();
    const { port } = new URL(running.url);
    await expect(startServiceProcess({ PORT: port })).rejects.toThrow(
      new RegExp(`ended with 1: .*port ${port}`, 's'),
    );
    expect(await stop(running)).toBe(0);
  });
});

describe('two model versions', () => {
  it('are served side by side; a third is refused, and who names none gets the first', async () => {
    const other = await copyOfModel('r9-0badcafe');
    const running = await startServiceProcess({ OTHER_MODEL_DIR: other });
    const create = async (model?: string) => {
      const body = JSON.stringify({ input: { ...input, ...(model === undefined ? {} : { model }) } });
      const response = await fetch(`${running.url}/predictions`, { method: 'POST', headers, body });
      const { version, output, code } = await response.json();
      return { status: response.status, version, output, code };
    };
    const ready = await (await fetch(`${running.url}/health/ready`)).json();
    expect(ready.models).toEqual([running.model, 'r9-0badcafe']);
    const [first, second, none] = await Promise.all([create(running.model), create('r9-0badcafe'), create()]);
    expect([first.version, second.version, none.version]).toEqual([
      running.model,
      'r9-0badcafe',
      running.model,
    ]);
    // The same graphs under another name.
    expect(second.output).toBe(first.output);
    expect(await create('r0-00000000')).toMatchObject({ status: 409, code: 'model_mismatch' });
    expect(await stop(running)).toBe(0);
  });
});

/** The committed graphs as if they were another version. */
async function copyOfModel(version: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'restgan-model-'));
  await cp(join(ROOT, 'shared/model'), dir, { recursive: true });
  const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8'));
  await writeFile(join(dir, 'manifest.json'), JSON.stringify({ ...manifest, version }));
  return dir;
}
