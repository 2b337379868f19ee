import { type AccessKind, KEY_PARAM, type RateLimited, SECRET_KEY } from '../../shared/contract/access.ts';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { SIGNATURE_PARAMS, verifyAddress } from '../../shared/contract/signature.ts';
import type { Ceiling } from '../pipeline/ports.ts';
import { sha256Hex } from '../pipeline/sha256.ts';
import type { AccessConfig, SecretKeyHash } from './config.ts';

/** By what right a request is answered. */
export interface Access {
  readonly kind: AccessKind;
  /** Name of the key; no secret. */
  readonly id?: string;
  /** Absent: no ceiling. */
  readonly ceiling?: Ceiling;
  /** Absent: no limit. */
  readonly limit?: { readonly name: RateLimited; readonly key: string };
  /** Seconds until a signed address ends. */
  readonly expiresIn?: number;
}

/** The publishable key that was asked with: pictures that an answer names need it as well. */
export const publishableKeyOf = ({ kind, id }: Access): string | undefined =>
  kind === 'publishable' ? id : undefined;

/** What of a request decides. */
export interface Asking {
  readonly method: string;
  /** Of the Worker, as the request names it. */
  origin(): string;
  /** Path and query as they were sent. */
  readonly address: string;
  /** A parameter of the query, decoded; of several the first. */
  query(name: string): string | undefined;
  header(name: string): string | undefined;
}

/**
 * Lets a request in or says why not: signed addresses, secret keys, publishable keys, the Worker's own page, in this
 * order. Where everybody may ask, keys are checked only if such keys are known. At once where nothing is to be hashed.
 *
 * Errors: `unauthorized`, `forbidden_origin`, `bad_signature`, `signature_expired`.
 */
export function admit(
  asking: Asking,
  config: AccessConfig,
  now: number,
): Result<Access, ProblemError> | Promise<Result<Access, ProblemError>> {
  const { open, signingKeys, secretKeys, publishableKeys } = config;
  if ((!open || signingKeys.length > 0) && asking.query(SIGNATURE_PARAMS.signature) !== undefined) {
    return bySignature(asking, config, now);
  }
  const authorization = !open || secretKeys.length > 0 ? asking.header('Authorization') : undefined;
  const bearer = authorization === undefined ? undefined : /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bySecretKey(bearer, secretKeys);
  const key = !open || publishableKeys.length > 0 ? asking.query(KEY_PARAM) : undefined;
  if (key !== undefined) return byPublishableKey(key, asking, config);
  if (open) return ok({ kind: 'open' });
  if (originOf(asking) === asking.origin()) return ok(ownPage(asking, config));
  return err(
    problem('unauthorized', `Send a secret key, a publishable key (${KEY_PARAM}=) or a signed address.`),
  );
}

async function bySignature(
  { method, address, header }: Asking,
  { signingKeys }: AccessConfig,
  now: number,
): Promise<Result<Access, ProblemError>> {
  if (method !== 'GET' && method !== 'HEAD') {
    return err(problem('unauthorized', 'A signed address is for GET alone.'));
  }
  const verified = await verifyAddress(address, signingKeys, now);
  if (!verified.ok) return verified;
  const { keyId, expiresIn } = verified.value;
  const limit = { name: 'visitor', key: `signed:${visitorOf(header)}` } as const;
  return ok({ kind: 'signed', id: keyId, limit, expiresIn });
}

async function bySecretKey(
  bearer: string,
  known: readonly SecretKeyHash[],
): Promise<Result<Access, ProblemError>> {
  if (!SECRET_KEY.test(bearer)) return err(problem('unauthorized', 'A secret key begins with rsk_.'));
  const hash = await sha256Hex(new Uint8Array(new TextEncoder().encode(bearer)));
  // Every one is looked at, whichever fits: the time tells nothing.
  const found = known.filter(({ sha256 }) => equalInConstantTime(sha256, hash))[0];
  if (found === undefined) return err(problem('unauthorized', 'The secret key is not known, or no longer.'));
  const { name } = found;
  return ok({ kind: 'secret', id: name, limit: { name: 'server', key: `secret:${name}` } });
}

function byPublishableKey(
  key: string,
  asking: Asking,
  { publishableKeys }: AccessConfig,
): Result<Access, ProblemError> {
  const known = publishableKeys.find((publishable) => publishable.key === key);
  if (known === undefined)
    return err(problem('unauthorized', 'The publishable key is not known, or no longer.'));
  const origin = originOf(asking);
  if (origin === null || !known.origins.includes(origin)) {
    return err(
      problem(
        'forbidden_origin',
        'The key is bound to the origins of its shop; the page must send its origin (referrerpolicy="origin").',
      ),
    );
  }
  return ok({
    kind: 'publishable',
    id: key,
    ceiling: { name: key, perDay: known.finalsPerDay },
    limit: { name: 'visitor', key: `${key}:${visitorOf(asking.header)}` },
  });
}

const ownPage = (asking: Asking, { pageFinalsPerDay }: AccessConfig): Access => ({
  kind: 'page',
  ceiling: { name: 'page', perDay: pageFinalsPerDay },
  limit: { name: 'visitor', key: `page:${visitorOf(asking.header)}` },
});

/** Browsers send no `Origin` with a plain `<img>`, but, unless told otherwise, the origin as `Referer`. */
function originOf({ origin: own, header }: Asking): string | null {
  const origin = header('Origin');
  if (origin !== undefined) return origin;
  if (header('Sec-Fetch-Site') === 'same-origin') return own();
  const referer = header('Referer');
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : null;
}

/** Set by Cloudflare, whatever the client sends. */
const visitorOf = (header: Asking['header']): string => header('CF-Connecting-IP') ?? 'unknown';

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
