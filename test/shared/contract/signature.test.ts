import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewPath } from '../../../shared/contract/preview-path.ts';
import {
  CLOCK_SKEW_S,
  canonicalAddress,
  endOfDay,
  type SigningKey,
  signAddress,
  verifyAddress,
} from '../../../shared/contract/signature.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const EXPIRES = endOfDay(NOW);
const current: SigningKey = { id: 'k2', secret: 'b'.repeat(64) };
const previous: SigningKey = { id: 'k1', secret: 'a'.repeat(64) };
const ADDRESS = '/v1/preview/womens-black-pants.webp?size=128&seed=7';

const codeOf = async (address: string, keys = [current, previous], now = NOW): Promise<string> => {
  const verified = await verifyAddress(address, keys, now);
  return verified.ok ? `ok ${verified.value.keyId}` : verified.error.code;
};

describe('the canonical form', () => {
  it.each([
    ['/v1/preview/a.webp', 'v1\n/v1/preview/a.webp\n'],
    ['/v1/preview/a.webp?', 'v1\n/v1/preview/a.webp\n'],
    ['/v1/preview?size=64&q=a+b&s=x#top', 'v1\n/v1/preview\nq=a%20b&size=64'],
    ['/v1/preview/%61.webp?q=%41&&b', 'v1\n/v1/preview/a.webp\nb=&q=A'],
    ['/a%2fb?x=(1)', 'v1\n/a%2Fb\nx=%281%29'],
    ['/a?x=2&x=1', 'v1\n/a\nx=2&x=1'],
    ['/a?x=1=2?', 'v1\n/a\nx=1%3D2%3F'],
  ])('of %s', (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });

  it('is not there where bytes are no UTF-8', () => {
    for (const address of ['/a%ff', '/a?q=%zz', '/a?q=%']) expect(canonicalAddress(address)).toBeNull();
  });
});

describe('a signature', () => {
  it('is HMAC-SHA256 in base64url over the canonical form', async () => {
    const signed = await signAddress(ADDRESS, current, EXPIRES);
    const text = `v1\n/v1/preview/womens-black-pants.webp\nexp=${EXPIRES}&kid=k2&seed=7&size=128`;
    const mac = createHmac('sha256', current.secret).update(text).digest('base64url');
    expect(signed).toBe(`${ADDRESS}&exp=${EXPIRES}&kid=k2&s=${mac}`);
  });

  it('of either live key is taken, of no other', async () => {
    expect(await codeOf(await signAddress(ADDRESS, current, EXPIRES))).toBe('ok k2');
    expect(await codeOf(await signAddress(ADDRESS, previous, EXPIRES))).toBe('ok k1');
    expect(await codeOf(await signAddress(ADDRESS, previous, EXPIRES), [current])).toBe('bad_signature');
    const stolenId = { id: 'k2', secret: previous.secret };
    expect(await codeOf(await signAddress(ADDRESS, stolenId, EXPIRES))).toBe('bad_signature');
  });

  it('ends, clocks that differ a little apart', async () => {
    const signed = await signAddress(ADDRESS, current, EXPIRES);
    const end = EXPIRES * 1_000;
    expect(await verifyAddress(signed, [current], end - 5_000)).toMatchObject({ value: { expiresIn: 5 } });
    expect(await verifyAddress(signed, [current], end + 5_000)).toMatchObject({ value: { expiresIn: 0 } });
    expect(await codeOf(signed, [current], end + (CLOCK_SKEW_S + 1) * 1_000)).toBe('signature_expired');
  });

  it('replaces one that is there', async () => {
    const once = await signAddress(ADDRESS, previous, EXPIRES - 86_400);
    expect(await signAddress(once, current, EXPIRES)).toBe(await signAddress(ADDRESS, current, EXPIRES));
  });

  it.each<[string, (signed: string) => string]>([
    ['another word', (signed) => signed.replace('black', 'white')],
    ['another value', (signed) => signed.replace('seed=7', 'seed=8')],
    ['a parameter more', (signed) => `${signed}&stage=final`],
    ['a parameter less', (signed) => signed.replace('&seed=7', '')],
    ['a later end', (signed) => signed.replace(`exp=${EXPIRES}`, `exp=${EXPIRES + 86_400}`)],
    ['another key', (signed) => signed.replace('kid=k2', 'kid=k1')],
    ['an unknown key', (signed) => signed.replace('kid=k2', 'kid=k3')],
    ['no key', (signed) => signed.replace('&kid=k2', '')],
    ['two ends', (signed) => `${signed}&exp=9999999999`],
    ['a slash that was encoded', (signed) => signed.replace('womens-', 'womens%2F')],
    ['an empty signature', (signed) => signed.replace(/s=.*/, 's=')],
    ['two signatures', (signed) => `${signed}&${signed.split('&').at(-1)}`],
    ['spare bits', (signed) => signed.slice(0, -1) + nextChar(signed.at(-1) ?? '')],
    ['padding', (signed) => `${signed}=`],
  ])('does not fit %s', async (_, change) => {
    const signed = await signAddress(ADDRESS, current, EXPIRES);
    const changed = change(signed);
    expect(changed).not.toBe(signed);
    expect(await codeOf(changed)).toBe('bad_signature');
  });

  it('does not care about the order of parameters, nor how they are encoded', async () => {
    const signed = await signAddress(ADDRESS, current, EXPIRES);
    const [path = '', query = ''] = signed.split('?');
    const reversed = query.split('&').toReversed().join('&');
    expect(await codeOf(`${path.replace('b', '%62')}?${reversed}`)).toBe('ok k2');
  });

  it.each<[string, SigningKey, number]>([
    ['https://a.example/x', current, EXPIRES],
    ['/a%ff', current, EXPIRES],
    [ADDRESS, { id: 'a b', secret: current.secret }, EXPIRES],
    [ADDRESS, { id: 'a', secret: 'short' }, EXPIRES],
    [ADDRESS, current, 1.5],
  ])('of %s, %o, %d cannot be made', async (address, key, expires) => {
    await expect(signAddress(address, key, expires)).rejects.toThrow(RangeError);
  });

  it('fits every address that it was made for, and any that is told apart from it does not', async () => {
    const slug = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 12 })
      .filter((text) => text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(slug, fc.nat(), slug, fc.nat(), async (a, seedA, b, seedB) => {
        const [one, other] = [previewPath(a, { seed: seedA }), previewPath(b, { seed: seedB })];
        const signed = await signAddress(one, current, EXPIRES);
        expect(await codeOf(signed)).toBe('ok k2');
        const tail = /(?:exp=).*/.exec(signed)?.[0] ?? '';
        const moved = `${other}${other.includes('?') ? '&' : '?'}${tail}`;
        expect(await codeOf(moved)).toBe(one === other ? 'ok k2' : 'bad_signature');
      }),
      { numRuns: 60 },
    );
  });
});

it('addresses signed on one day end together, at the end of a day', () => {
  expect(endOfDay(Date.UTC(2026, 0, 1), 0)).toBe(Date.UTC(2026, 0, 2) / 1_000);
  expect(endOfDay(Date.UTC(2026, 0, 1, 23, 59), 0)).toBe(Date.UTC(2026, 0, 2) / 1_000);
  expect(endOfDay(Date.UTC(2026, 0, 1), 7)).toBe(Date.UTC(2026, 0, 9) / 1_000);
});

const nextChar = (char: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const at = alphabet.indexOf(char);
  return alphabet[at ^ 1] ?? '';
};
