import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ADDRESS_BYTES, MAX_BODY_BYTES, RATE_LIMITS } from '../../../shared/contract/access.ts';
import { mintPublishableKey, mintSecretKey, mintSigningKey } from '../../../shared/contract/access-keys.ts';
import { endOfDay, signAddress } from '../../../shared/contract/signature.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';
import { wranglerConfig } from '../../support/wrangler.ts';

/** Who may ask a deployment in production. */

const HOST = 'http://worker.example';
const SHOP = 'https://shop.example';
const DRAFT = '/v1/preview/black-pants.webp?size=64&stage=draft';

const server = await mintSecretKey('shop');
const publishable = mintPublishableKey();
const [id = '', secret = ''] = mintSigningKey('k1').split(':');

let bare: WorkerUnderTest;
let keyed: WorkerUnderTest;
beforeAll(async () => {
  bare = await startWorker({ ENVIRONMENT: 'production' });
  keyed = await startWorker({
    ENVIRONMENT: 'production',
    SECRET_KEYS: server.kept,
    PUBLISHABLE_KEYS: JSON.stringify([{ key: publishable, origins: [SHOP] }]),
    SIGNING_KEYS: `${id}:${secret}`,
    CORS_ORIGINS: 'https://other.example',
  });
});
afterAll(async () => {
  await bare?.stop();
  await keyed?.stop();
});

const from = (visitor: string, headers: Record<string, string> = {}) => ({
  headers: { 'CF-Connecting-IP': visitor, ...headers },
});

describe('a bare deployment', () => {
  it('serves its own page', async () => {
    const answer = await bare.fetch(DRAFT, from('192.0.2.1', { 'Sec-Fetch-Site': 'same-origin' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('RateLimit-Policy')).toBe(
      `"visitor";q=${RATE_LIMITS.visitor.requests};w=${RATE_LIMITS.visitor.seconds}`,
    );
  });

  it.each([DRAFT, '/v1/preview?q=pants', '/v1/refine?q=pants', '/v1/colors?q=red'])(
    'is not open: %s',
    async (address) => {
      const answer = await bare.fetch(address);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
    },
  );

  it('shows a notice where a strange page shows an <img>', async () => {
    const answer = await bare.fetch(DRAFT, { headers: { 'Sec-Fetch-Dest': 'image', Referer: `${SHOP}/` } });
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([401, 'image/svg+xml']);
  });

  it('says in its health what is open, without a key', async () => {
    expect(await (await bare.fetch('/v1/health')).json()).toMatchObject({
      access: { open: false, secretKeys: 0, publishableKeys: 0, signingKeys: 0 },
    });
  });
});

describe('keys', () => {
  it('let servers, shops and signed addresses in, and the log names them', async () => {
    const signed = await signAddress(DRAFT, { id, secret }, endOfDay(Date.now()));
    const answers = await Promise.all([
      keyed.fetch(DRAFT, { headers: { Authorization: `Bearer ${server.key}` } }),
      keyed.fetch(`${DRAFT}&key=${publishable}`, from('192.0.2.2', { Referer: `${SHOP}/` })),
      keyed.fetch(signed, from('192.0.2.3')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const logged = () => keyed.log.flatMap((line) => (line.event === 'request' ? [line.access] : []));
    await expect
      .poll(() => logged().toSorted())
      .toEqual([`publishable:${publishable}`, 'secret:shop', 'signed:k1']);
    expect(JSON.stringify(keyed.log)).not.toContain(server.key);
  });

  it('a signed address is cached until it ends, and never as immutable', async () => {
    const { model } = await (await keyed.fetch('/v1/health')).json();
    const until = Math.floor(Date.now() / 1_000) + 100;
    const signed = await signAddress(`${DRAFT}&v=${model}`, { id, secret }, until);
    const control = (await keyed.fetch(signed)).headers.get('Cache-Control') ?? '';
    expect(Number(/^public, max-age=(\d+)$/.exec(control)?.[1])).toBeLessThanOrEqual(100);
    const old = await signAddress(`${DRAFT}&v=r0-ffffffff`, { id, secret }, until);
    expect((await keyed.fetch(old)).status).toBe(200);
  });

  it('a publishable key goes with the addresses that an answer leads to', async () => {
    const init = from('192.0.2.4', { Origin: SHOP });
    const { steps } = await (await keyed.fetch(`/v1/refine?q=black+pants&key=${publishable}`, init)).json();
    expect((await keyed.fetch(steps[0].pictures.draft, init)).status).toBe(200);
    const moved = await keyed.fetch(`${DRAFT}&v=r0-ffffffff&key=${publishable}`, init);
    expect(moved.status).toBe(302);
    expect((await keyed.fetch(moved.headers.get('Location') ?? '', init)).status).toBe(200);
  });
});

describe('scripts of other origins', () => {
  it.each([
    [SHOP, SHOP],
    ['https://other.example', 'https://other.example'],
    ['https://thief.example', null],
    ['null', null],
  ])('%s may read: %s', async (origin, allowed) => {
    const headers = { Origin: origin, Authorization: `Bearer ${server.key}` };
    const answer = await keyed.fetch(DRAFT, { headers });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(allowed);
    expect(answer.headers.get('Vary')).toContain('Origin');
    const preflight = await keyed.fetch(DRAFT, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(allowed);
  });
});

describe('limits', () => {
  it('each visitor has a rate, and is told when to come back', async () => {
    const visitorRate = { requests: 5, seconds: 60 } as const;
    const worker = await startWorker({ ENVIRONMENT: 'production' }, { visitorRate });
    const ask = (visitor: string) => worker.fetch('/v1/colors?q=red', from(visitor, { Origin: HOST }));
    // A window may end in between, but not twice.
    const answers = await Promise.all(Array.from({ length: 15 }, () => ask('192.0.2.9')));
    const refused = answers.find(({ status }) => status !== 200);
    expect(refused?.status).toBe(429);
    expect(refused?.headers.get('Retry-After')).toBe(String(RATE_LIMITS.visitor.seconds));
    expect(refused?.headers.get('RateLimit-Policy')).toContain('"visitor"');
    expect(await refused?.json()).toMatchObject({ code: 'rate_limited' });
    expect((await ask('192.0.2.10')).status).toBe(200);
    await worker.stop();
  });

  it('the bindings have the rates that the callers are told', () => {
    const { ratelimits } = wranglerConfig();
    const rates = ratelimits.map(({ name, simple }) => [
      name.replace('_LIMIT', '').toLowerCase(),
      { requests: simple.limit, seconds: simple.period },
    ]);
    expect(Object.fromEntries(rates)).toEqual(RATE_LIMITS);
  });

  it('addresses and bodies have a length', async () => {
    const long = await bare.fetch(`/v1/preview?q=${'x'.repeat(MAX_ADDRESS_BYTES)}`, {
      headers: { Origin: HOST },
    });
    expect([long.status, (await long.json()).code]).toEqual([414, 'address_too_long']);
    const big = await bare.fetch('/v1/colors', { method: 'POST', body: 'x'.repeat(MAX_BODY_BYTES + 1) });
    expect([big.status, (await big.json()).code]).toEqual([413, 'body_too_large']);
  });
});
