import { type ProblemError, problem } from './errors.ts';
import { DAY_S } from './headers.ts';
import { err, ok, type Result } from './result.ts';

/**
 * Signed addresses: a server vouches for one address with a key that no browser sees. HMAC-SHA256 (RFC 2104) in
 * base64url (RFC 4648, section 5, without padding) over the address in canonical form. WebCrypto alone, so that it
 * signs and verifies in browsers, Node and Workers.
 */

/** Query parameters of a signed address. */
export const SIGNATURE_PARAMS = {
  /** Which key signed it. */
  keyId: 'kid',
  /** Seconds since 1970 until which it holds. */
  expires: 'exp',
  signature: 's',
} as const;

/** As many as a rotation needs: the new one signs, the old one is still taken. */
export const MAX_SIGNING_KEYS = 2;
export const SIGNING_KEY_ID = /^[A-Za-z0-9_-]{1,16}$/;
/** Characters of a secret; `openssl rand -hex 32` writes 64. */
export const MIN_SIGNING_SECRET = 32;
/** Clocks of signer and verifier may differ by so much. */
export const CLOCK_SKEW_S = 60;

export interface SigningKey {
  readonly id: string;
  /** Its UTF-8 bytes are the key. */
  readonly secret: string;
}

/** A signature that fits. */
export interface Verified {
  readonly keyId: string;
  /** Seconds from now on, 0 at least. */
  readonly expiresIn: number;
}

const EXPIRES = /^[1-9]\d{0,10}$/;
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/;
const VERSION = 'v1';

/**
 * The text that is signed: a version, the path and the query, a line each. Every part is decoded and encoded again
 * (RFC 3986, unreserved characters alone stay), parameters are sorted by name, those of one name stay in their
 * order, and the signature is left out. Addresses that mean the same have one canonical form, and others have another.
 * @param address path and query, such as `/v1/preview/black-pants.webp?seed=7`
 * @returns null when a part is no UTF-8 in percent-encoding
 */
export function canonicalAddress(address: string): string | null {
  const [before = ''] = address.split('#', 1);
  const mark = before.indexOf('?');
  const path = mark < 0 ? before : before.slice(0, mark);
  const search = mark < 0 ? '' : before.slice(mark + 1);
  try {
    const segments = path.split('/').map((segment) => encode(decodeURIComponent(segment)));
    const params = search
      .split('&')
      .filter((pair) => pair !== '')
      .map(readPair)
      .filter(([name]) => name !== SIGNATURE_PARAMS.signature)
      .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return `${VERSION}\n${segments.join('/')}\n${params.join('&')}`;
  } catch {
    return null;
  }
}

/**
 * Signs an address; what it already says of key, expiry and signature is replaced.
 * @param address path and query, without an origin
 * @param expiresAt seconds since 1970; `endOfDay` makes addresses that caches can share
 * @throws RangeError when the address, the key or the time cannot be signed
 */
export async function signAddress(address: string, key: SigningKey, expiresAt: number): Promise<string> {
  const { keyId, expires, signature } = SIGNATURE_PARAMS;
  if (!address.startsWith('/')) throw new RangeError('the address must be a path, beginning with /');
  if (!SIGNING_KEY_ID.test(key.id)) throw new RangeError('the key id must match [A-Za-z0-9_-]{1,16}');
  if (key.secret.length < MIN_SIGNING_SECRET) throw new RangeError('the secret is too short');
  if (!EXPIRES.test(String(expiresAt))) throw new RangeError('the expiry must be whole seconds since 1970');
  const [before = ''] = address.split('#', 1);
  const [path = '', ...query] = before.split('?');
  const own: ReadonlySet<string> = new Set([keyId, expires, signature]);
  const kept = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !own.has(pair.split('=', 1)[0] ?? ''));
  const unsigned = `${path}?${[...kept, `${expires}=${expiresAt}`, `${keyId}=${key.id}`].join('&')}`;
  const text = canonicalAddress(unsigned);
  if (text === null) throw new RangeError('the address is not UTF-8 in percent-encoding');
  const mac = await crypto.subtle.sign('HMAC', await importKey(key, 'sign'), new TextEncoder().encode(text));
  return `${unsigned}&${signature}=${base64url(new Uint8Array(mac))}`;
}

/**
 * Verifies a signed address, comparing in constant time (`crypto.subtle.verify`).
 * @param address path and query as they were received
 * @param now milliseconds since 1970
 * @returns errors `bad_signature`, `signature_expired`
 */
export async function verifyAddress(
  address: string,
  keys: readonly SigningKey[],
  now: number,
): Promise<Result<Verified, ProblemError>> {
  const params = new URLSearchParams(address.split('?').slice(1).join('?'));
  const only = (name: string): string => (params.getAll(name).length === 1 ? (params.get(name) ?? '') : '');
  const key = keys.find(({ id }) => id === only(SIGNATURE_PARAMS.keyId));
  const expires = only(SIGNATURE_PARAMS.expires);
  const signature = bytesOf(only(SIGNATURE_PARAMS.signature));
  const text = canonicalAddress(address);
  if (key === undefined) return bad('No such key id (kid).');
  if (signature === null || text === null || !EXPIRES.test(expires)) return bad('It cannot be read.');
  const fits = await crypto.subtle.verify(
    'HMAC',
    await importKey(key, 'verify'),
    signature,
    new TextEncoder().encode(text),
  );
  if (!fits) return bad('Sign path and query as they are sent.');
  const left = Number(expires) - Math.floor(now / 1_000);
  if (left < -CLOCK_SKEW_S) return err(problem('signature_expired', 'Sign it again.'));
  return ok({ keyId: key.id, expiresIn: Math.max(0, left) });
}

/**
 * The end of the UTC day that is so many days away, in seconds since 1970. Equal for all addresses signed on one day,
 * so that shops and caches see one address per picture and day.
 */
export const endOfDay = (now: number, days = 1): number =>
  (Math.floor(now / 1_000 / DAY_S) + 1 + days) * DAY_S;

const bad = (detail: string): { readonly ok: false; readonly error: ProblemError } =>
  err(problem('bad_signature', detail));

const importKey = (key: SigningKey, usage: 'sign' | 'verify'): Promise<CryptoKey> =>
  crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(key.secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    [usage],
  );

function readPair(pair: string): readonly [string, string] {
  const equals = pair.indexOf('=');
  const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
  return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The 32 bytes of a signature; null when it is not written as `base64url` writes it. */
function bytesOf(signature: string): Uint8Array<ArrayBuffer> | null {
  if (!SIGNATURE.test(signature)) return null;
  const text = atob(signature.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  return base64url(bytes) === signature ? bytes : null;
}
