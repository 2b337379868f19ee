import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, type RunningService, startServiceProcess, TOKEN } from '../gpu-service/serve/process.ts';
import { patience } from '../support/patience.ts';
import { startWorker, type WorkerUnderTest } from '../support/worker.ts';

/** The way of a query: Worker in workerd, KV, and a real GPU service that is killed and started again. */

const BUDGET_MS = 1_000;
/** What an answer may take beyond its budget. */
const GRACE_MS = 250;

let service: RunningService;
let worker: WorkerUnderTest;
let model: string;

beforeAll(async () => {
  service = await startServiceProcess();
  ({ model } = service);
  worker = await startWorker({
    GPU_URL: service.url,
    GPU_TOKEN: TOKEN,
    GPU_BUDGET_MS: '20000',
    GPU_DEADLINE_MS: '20000',
  });
});
afterAll(async () => {
  await worker?.stop();
  service?.process.kill('SIGKILL');
});

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
const seen = ({ status, headers }: Response) => ({
  status,
  stage: headers.get('X-Preview-Stage'),
  source: headers.get('X-Preview-Source'),
});
const FINAL = { status: 200, stage: '2', source: 'gpu' };
const CACHED = { ...FINAL, source: 'cache' };
const DRAFT = { status: 200, stage: '1', source: 'edge' };

/** Pictures that the service has drawn. */
async function drawn(): Promise<number> {
  const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text();
  const counts = metrics.matchAll(/^restgan_predictions_total\{[^}]*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

const keysOf = async (of: WorkerUnderTest): Promise<string[]> =>
  (await of.kv.list()).keys.map(({ name }: { name: string }) => name);

describe('with its GPU service', () => {
  it('a picture is drawn once, lands in KV and comes from there ever after', async () => {
    const before = await drawn();
    const first = await worker.fetch('/v1/preview/womens-black-pants.webp?seed=7');
    expect(seen(first)).toEqual(FINAL);
    await expect.poll(() => keysOf(worker)).toEqual([expect.stringMatching(/:7:256:webp:final$/)]);
    const second = await worker.fetch('/v1/preview?q=black+pants+women%27s');
    const third = await worker.fetch('/v1/preview?q=women%27s%20black%20pants&seed=7&stage=final');
    expect(seen(third)).toEqual(CACHED);
    expect(await bytesOf(third)).toEqual(await bytesOf(first));
    expect(seen(second).status).toBe(200);
    // The second named the same words in another order, which is another picture.
    expect(await drawn()).toBe(before + 2);
  });

  it.each([
    { size: 64, format: 'webp', stage: '1' },
    { size: 64, format: 'png', stage: '1' },
    { size: 128, format: 'webp', stage: '2' },
    { size: 256, format: 'png', stage: '2' },
  ])('serves finals of $size px as $format', async ({ size, format, stage }) => {
    const answer = await worker.fetch(`/v1/preview/black-jeans.${format}?size=${size}`);
    expect(seen(answer)).toEqual({ ...FINAL, stage });
    expect(await sharp(await bytesOf(answer)).metadata()).toMatchObject({
      width: size,
      height: size,
      format,
    });
  });

  it('serves the very bytes that `npm run generate` writes', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'restgan-generate-'));
    try {
      const out = join(dir, 'pants.png');
      const args = ['--query', "women's black pants", '--seed', '5', '--size', '256', '--out', out];
      await promisify(execFile)(process.execPath, ['gpu-service/serve/generate-cli.ts', ...args], {
        cwd: ROOT,
        env: { ...process.env, EXECUTION_PROVIDERS: 'cpu' },
      });
      const answer = await worker.fetch('/v1/preview/womens-black-pants.png?seed=5&size=256&stage=final');
      expect(seen(answer)).toEqual(FINAL);
      expect((await bytesOf(answer)).equals(await readFile(out))).toBe(true);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('draws equal pictures asked for at the same time once', async () => {
    const before = await drawn();
    const address = '/v1/preview?q=ripped+blue+jeans&seed=99';
    const answers = await Promise.all(Array.from({ length: 30 }, () => worker.fetch(address)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers.get('X-Preview-Stage')))).toEqual(new Set(['2']));
    expect(await drawn()).toBe(before + 1);
  });

  it.each([
    ['final, v in the URL', `&v=MODEL`, 'public, max-age=31536000, immutable'],
    ['final, no v', '', 'public, max-age=60'],
    ['final asked for', '&stage=final', 'public, max-age=60'],
  ])('headers: %s', async (_, tail, cacheControl) => {
    const address = `/v1/preview?q=black+pants&seed=12${tail.replace('MODEL', model)}`;
    for (let turn = 0; turn < 2; turn += 1) {
      const { headers } = await worker.fetch(address);
      expect(headers.get('Cache-Control')).toBe(cacheControl);
      expect(headers.get('ETag')).toMatch(/^W\/"p1:[\w.:-]+"$/);
      expect(headers.get('X-Preview-Stage')).toBe('2');
      expect(headers.get('X-Preview-Source')).toMatch(/^(gpu|cache)$/);
      expect(headers.get('X-Preview-Error')).toBeNull();
    }
  });

  it('never asks it for a draft', async () => {
    const before = await drawn();
    const answer = await worker.fetch('/v1/preview?q=black+pants&seed=13&stage=draft');
    expect(seen(answer)).toEqual(DRAFT);
    expect(await drawn()).toBe(before);
  });

  it('notices a damaged value, answers with the picture that its flight has kept, and replaces it', async () => {
    const address = '/v1/preview?q=green+shorts&seed=21';
    const good = await bytesOf(await worker.fetch(address));
    const [key = ''] = (await keysOf(worker)).filter((name) => name.includes(':21:256:webp:final'));
    const { metadata } = await worker.kv.getWithMetadata(key);
    await worker.kv.put(key, good.subarray(0, 100), { metadata });
    const answer = await worker.fetch(address);
    expect(seen(answer)).toEqual(CACHED);
    expect((await bytesOf(answer)).equals(good)).toBe(true);
    await expect
      .poll(() => worker.kv.get(key, 'arrayBuffer'), { timeout: patience(8_000) })
      .toHaveProperty('byteLength', good.byteLength);
    expect(seen(await worker.fetch(address))).toEqual(CACHED);
    expect(worker.log).toContainEqual(expect.objectContaining({ what: 'cache_value_damaged', key }));
  });

  it('health says that finals are drawn', async () => {
    expect(await (await worker.fetch('/v1/health')).json()).toMatchObject({
      status: 'ok',
      finals: true,
      gpu: { configured: true, reachable: true, ready: true, models: [model] },
    });
  });
});

describe('when the GPU service is slower than the budget', () => {
  it('a shopper gets a draft, and the flight goes on: its answer lands in KV', async () => {
    const impatient = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN, GPU_BUDGET_MS: '50' });
    try {
      const addresses = [51, 52, 53].map((seed) => `/v1/preview?q=blue+capri+pants&seed=${seed}`);
      const answers = await Promise.all(addresses.map((address) => impatient.fetch(address)));
      expect(answers.some(({ headers }) => headers.get('Cache-Control') === 'no-store')).toBe(true);
      await expect.poll(async () => (await keysOf(impatient)).length, { timeout: 10_000 }).toBe(3);
      for (const address of addresses) expect(seen(await impatient.fetch(address))).toEqual(CACHED);
      expect((await keysOf(impatient)).every((key) => key.endsWith(':final'))).toBe(true);
    } finally {
      await impatient.stop();
    }
  });
});

describe('when the GPU service is killed and comes back', () => {
  let hurried: WorkerUnderTest;
  beforeAll(async () => {
    hurried = await startWorker({
      GPU_URL: service.url,
      GPU_TOKEN: TOKEN,
      GPU_BUDGET_MS: String(BUDGET_MS),
      GPU_DEADLINE_MS: '5000',
    });
    await hurried.fetch('/v1/preview?q=warm+pants&stage=draft');
  });
  afterAll(() => hurried?.stop());

  const address = '/v1/preview?q=black+shorts&seed=31';

  it('a shopper gets a draft within the budget and 250 ms, and a final when it is back', async () => {
    const port = new URL(service.url).port;
    service.process.kill('SIGKILL');
    await service.exit;

    const since = performance.now();
    const draft = await hurried.fetch(address);
    expect(performance.now() - since).toBeLessThan(BUDGET_MS + patience(GRACE_MS));
    expect(seen(draft)).toEqual(DRAFT);
    expect(draft.headers.get('Cache-Control')).toBe('no-store');
    expect(await keysOf(hurried)).toEqual([]);

    const final = await hurried.fetch(`${address}&stage=final`);
    expect(final.status).toBe(503);
    expect(final.headers.get('X-Preview-Error')).toBe('gpu_unavailable');
    expect(final.headers.get('Retry-After')).toBe('2');
    expect(final.headers.get('Cache-Control')).toBe('no-store');
    expect(await (await hurried.fetch('/v1/health')).json()).toMatchObject({
      status: 'degraded',
      gpu: { configured: true, reachable: false },
    });

    service = await startServiceProcess({ PORT: port });
    const back = await hurried.fetch(`${address}&stage=final`);
    expect(seen(back)).toEqual(FINAL);
    expect(await bytesOf(back)).not.toEqual(await bytesOf(draft));
    await expect.poll(() => keysOf(hurried)).toEqual([expect.stringMatching(/:31:256:webp:final$/)]);
    expect(seen(await hurried.fetch(address))).toEqual(CACHED);
  });

  it('a picture that a browser has is answered with 304 though nobody could draw it', async () => {
    const { headers } = await hurried.fetch(address);
    const known = { 'If-None-Match': headers.get('ETag') ?? '' };
    for (const key of await keysOf(hurried)) await hurried.kv.delete(key);
    expect((await hurried.fetch(address, { headers: known })).status).toBe(304);
    expect((await hurried.fetch(`${address}&stage=final`, { headers: known })).status).toBe(304);
  });
});

describe('when the GPU service hangs', () => {
  /** Takes connections and never answers. */
  const silent = createServer();
  let hung: WorkerUnderTest;
  beforeEach(async () => {
    await hung?.stop();
    hung = await startWorker({
      GPU_URL: `http://127.0.0.1:${port()}`,
      GPU_TOKEN: TOKEN,
      GPU_BUDGET_MS: String(BUDGET_MS),
      GPU_DEADLINE_MS: '3000',
    });
  });
  beforeAll(() => new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve)));
  afterAll(async () => {
    await hung?.stop();
    silent.close();
  });
  function port(): number {
    const address = silent.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('a shopper gets a draft within the budget and 250 ms', async () => {
    await hung.fetch('/v1/preview?q=warm+pants&stage=draft');
    const since = performance.now();
    const draft = await hung.fetch('/v1/preview?q=black+shorts');
    expect(performance.now() - since).toBeLessThan(BUDGET_MS + patience(GRACE_MS));
    expect(seen(draft)).toEqual(DRAFT);
  });

  it('who asked for a final gets a notice at the deadline, not later', async () => {
    const since = performance.now();
    const answer = await hung.fetch('/v1/preview?q=black+shorts&stage=final', {
      headers: { 'Sec-Fetch-Dest': 'image' },
    });
    expect(performance.now() - since).toBeLessThan(3_000 + patience(GRACE_MS));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('Content-Type')).toBe('image/svg+xml');
  });
});
