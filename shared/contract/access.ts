/**
 * Who may ask, as the outside sees it: how keys look and where they are sent. workers/README.md has what each of them
 * protects.
 */

/**
 * A server's key: 32 random bytes in base64url, sent as `Authorization: Bearer`. The deployment knows its SHA-256
 * alone; as the key is random, a slow hash would add nothing.
 */
export const SECRET_KEY = /^rsk_[A-Za-z0-9_-]{43}$/;
/** A browser's key: public, bound to origins, with a ceiling. 16 random bytes in base64url. */
export const PUBLISHABLE_KEY = /^rpk_[A-Za-z0-9_-]{22}$/;
/** Query parameter of a publishable key, since an `<img>` sends no headers of its own. */
export const KEY_PARAM = 'key';

/** How often who may ask: requests per window of so many seconds, per Cloudflare location. */
export const RATE_LIMITS = {
  /** Each visitor of a shop or of the page: typing asks several times a second. */
  visitor: { requests: 200, seconds: 10 },
  /** Each secret key. */
  server: { requests: 1_000, seconds: 10 },
} as const;
export type RateLimited = keyof typeof RATE_LIMITS;

/** Finals a day, for a publishable key that names no other number, and for the Worker's own page. */
export const DEFAULT_FINALS_PER_DAY = 2_000;

/** Longest path and query together, in bytes as sent; a query of 200 characters takes 2,400 at most. */
export const MAX_ADDRESS_BYTES = 4_096;
/** Largest body of a request. */
export const MAX_BODY_BYTES = 65_536;

/** How a request was let in. */
export const ACCESS_KINDS = ['open', 'page', 'publishable', 'secret', 'signed'] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

/** `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10, section 3: quota and window in seconds. */
export const rateLimitPolicy = (name: RateLimited): string =>
  `"${name}";q=${RATE_LIMITS[name].requests};w=${RATE_LIMITS[name].seconds}`;
