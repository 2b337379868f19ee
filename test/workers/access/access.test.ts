import { describe, expect, it } from 'vitest';
import { mintPublishableKey, mintSecretKey, mintSigningKey } from '../../../shared/contract/access-keys.ts';
import { signAddress } from '../../../shared/contract/signature.ts';
import { admit } from '../../../workers/access/access.ts';
import { readConfig } from '../../../workers/config.ts';

const HOST = 'https://previews.example';
const SHOP = 'https://shop.example';
const NOW = Date.UTC(2026, 10, 27);
const IN_A_DAY = NOW / 1_000 + 86_400;

const server = await mintSecretKey('shop');
const next = await mintSecretKey('shop-2027');
const publishable = mintPublishableKey();
const signing = mintSigningKey('k1');
const vars = {
  SECRET_KEYS: `${server.kept}, ${next.kept}`,
  PUBLISHABLE_KEYS: JSON.stringify([{ key: publishable, origins: [SHOP], finalsPerDay: 5 }]),
  SIGNING_KEYS: signing,
};

async function ask(
  address: string,
  headers: Record<string, string> = {},
  { method = 'GET', env = vars }: { method?: string; env?: Record<string, string> } = {},
) {
  const config = readConfig(env);
  if (!config.ok) throw new Error(config.error);
  const given = new Headers(headers);
  const { origin, searchParams } = new URL(address, HOST);
  const admitted = await admit(
    {
      method,
      address,
      origin: () => origin,
      query: (name) => searchParams.get(name) ?? undefined,
      header: (name) => given.get(name) ?? undefined,
    },
    config.value.access,
    NOW,
  );
  return admitted.ok ? admitted.value : admitted.error.code;
}

const ADDRESS = '/v1/preview?q=black+pants';
const withKey = `${ADDRESS}&key=${publishable}`;
const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

describe('a secret key', () => {
  it.each([
    ['the one of today', server.key, 'shop'],
    ['the one of tomorrow, as they rotate', next.key, 'shop-2027'],
  ])('%s is taken', async (_, key, id) => {
    expect(await ask(ADDRESS, bearer(key))).toMatchObject({ kind: 'secret', id, limit: { name: 'server' } });
  });

  it('has no ceiling', async () => {
    expect(await ask(ADDRESS, bearer(server.key))).not.toHaveProperty('ceiling');
  });

  it.each([
    ['unknown', `rsk_${'A'.repeat(43)}`],
    ['its own hash', server.kept.split(':')[1] ?? ''],
    ['longer', `${server.key}A`],
    ['something else', 'token'],
  ])('that is %s is refused', async (_, key) => {
    expect(await ask(ADDRESS, bearer(key))).toBe('unauthorized');
  });

  it('does not let in where it is refused, though the page would', async () => {
    expect(await ask(ADDRESS, { ...bearer('wrong'), Origin: HOST })).toBe('unauthorized');
  });
});

describe('a publishable key', () => {
  it.each([
    ['Origin', { Origin: SHOP }],
    ['Referer, as an <img> sends it', { Referer: `${SHOP}/` }],
    ['Referer with a path', { Referer: `${SHOP}/pants?x=1` }],
  ])('is taken from its origin, told by %s', async (_, headers) => {
    expect(await ask(withKey, { ...headers, 'CF-Connecting-IP': '192.0.2.1' })).toEqual({
      kind: 'publishable',
      id: publishable,
      ceiling: { name: publishable, perDay: 5 },
      limit: { name: 'visitor', key: `${publishable}:192.0.2.1` },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['another origin', { Origin: 'https://thief.example' }],
    ['an origin that begins like it', { Origin: `${SHOP}.thief.example` }],
    ['http instead of https', { Origin: SHOP.replace('https', 'http') }],
    ['no origin', {}],
    ['the origin null', { Origin: 'null' }],
    ['another origin, whatever the referrer', { Origin: 'https://thief.example', Referer: SHOP }],
    ['a referrer that is none', { Referer: 'about:client' }],
  ])('is refused to %s', async (_, headers) => {
    expect(await ask(withKey, headers)).toBe('forbidden_origin');
  });

  it('that is unknown is refused', async () => {
    expect(await ask(`${ADDRESS}&key=${mintPublishableKey()}`, { Origin: SHOP })).toBe('unauthorized');
  });
});

describe('a signed address', () => {
  const [id = '', secret = ''] = signing.split(':');
  it('is taken from anywhere, without a ceiling', async () => {
    const signed = await signAddress(ADDRESS, { id, secret }, IN_A_DAY);
    expect(await ask(signed, { Origin: 'https://any.example' })).toEqual({
      kind: 'signed',
      id: 'k1',
      expiresIn: 86_400,
      limit: { name: 'visitor', key: 'signed:unknown' },
    });
  });

  it('is for reading alone', async () => {
    const signed = await signAddress(ADDRESS, { id, secret }, IN_A_DAY);
    expect(await ask(signed, {}, { method: 'POST' })).toBe('unauthorized');
  });

  it('that does not fit or is over is refused, whatever else comes with it', async () => {
    const signed = await signAddress(ADDRESS, { id, secret }, IN_A_DAY);
    expect(await ask(`${signed}x`, bearer(server.key))).toBe('bad_signature');
    const old = await signAddress(ADDRESS, { id, secret }, NOW / 1_000 - 90_000);
    expect(await ask(old, { Origin: HOST })).toBe('signature_expired');
  });
});

describe('without a key', () => {
  it.each<[string, Record<string, string>]>([
    ['Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin' }],
    ['Referer', { Referer: `${HOST}/` }],
    ['Origin', { Origin: HOST }],
  ])('the Worker’s own page is let in, told by %s, under a ceiling', async (_, headers) => {
    const env = { ...vars, PAGE_FINALS_PER_DAY: '3' };
    expect(await ask(ADDRESS, headers, { env })).toMatchObject({
      kind: 'page',
      ceiling: { name: 'page', perDay: 3 },
    });
  });

  it('nobody else is, in production', async () => {
    for (const headers of [{}, { Origin: SHOP }, { 'Sec-Fetch-Site': 'cross-site', Origin: SHOP }]) {
      expect(await ask(ADDRESS, headers)).toBe('unauthorized');
      expect(await ask(ADDRESS, headers, { env: {} })).toBe('unauthorized');
    }
  });

  it('everybody is, in development, unless keys are asked for', async () => {
    const env = { ENVIRONMENT: 'development' };
    expect(await ask(ADDRESS, {}, { env })).toEqual({ kind: 'open' });
    expect(await ask(`${withKey}&s=x`, bearer('any'), { env })).toEqual({ kind: 'open' });
    expect(await ask(withKey, {}, { env: { ...env, ...vars } })).toBe('forbidden_origin');
    expect(await ask(ADDRESS, {}, { env: { ...env, ACCESS: 'keys' } })).toBe('unauthorized');
  });
});
