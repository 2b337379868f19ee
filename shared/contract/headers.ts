import { ERRORS, type ProblemError } from './errors.ts';

/**
 * The one table of response headers per outcome. Worker, tests and documentation read it from here.
 *
 * | outcome | Cache-Control | also |
 * |---|---|---|
 * | final, `v` in the URL | `public, max-age=31536000, immutable`; signed: at most until `exp`, not immutable | weak ETag |
 * | final, no `v` | `public, max-age=60` | weak ETag |
 * | draft asked for | one day with `v`, else 60 s | weak ETag, `X-Preview-Stage: 1` |
 * | draft instead of final | `no-store` | no ETag, `X-Preview-Stage: 1` |
 * | the caller has the picture (304) | as the picture | its ETag alone |
 * | `v` of another model | `public, max-age=5` | a redirect to the served one |
 * | every picture | | `X-Preview-Stage`, `X-Preview-Source`, `X-Preview-Alt` |
 * | `refine` | `public, max-age=60`; drafts instead of finals: `no-store` | |
 * | `colors`, `vocabulary` | `public, max-age=3600` | |
 * | `stream`, `previews`, `health` | `no-store` | |
 * | problem or notice | `public, max-age=5`, or `no-store` where a retry may succeed | `X-Preview-Error`, `Retry-After`, `Vary: Accept, Sec-Fetch-Dest` |
 * | no right (401) | `no-store` | `WWW-Authenticate` |
 * | no such method (405) | `public, max-age=5` | `Allow` |
 * | every answer to who has a rate | | `RateLimit-Policy` |
 * | every answer | | `X-Request-Id`, `Server-Timing` |
 * | page, reference, description | the platform's `public, max-age=0, must-revalidate` | ETag; the description: for every origin |
 * | component | `public, max-age=3600` | ETag; for every origin |
 */

export const HEADER = {
  requestId: 'X-Request-Id',
  /** Which network drew the picture: 1 or 2. */
  stage: 'X-Preview-Stage',
  /** `PictureSource`. */
  source: 'X-Preview-Source',
  /** The garment in words, for an `alt`. Headers are ASCII: its apostrophes are straight. */
  alt: 'X-Preview-Alt',
  /** `ErrorCode`. */
  error: 'X-Preview-Error',
  /** How often the caller may ask. */
  rateLimitPolicy: 'RateLimit-Policy',
} as const;

/** Fetch Standard, section 3.3.3. */
export const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';

/** Where the bytes of an answer come from. */
export const PICTURE_SOURCES = ['cache', 'gpu', 'edge'] as const;
export type PictureSource = (typeof PICTURE_SOURCES)[number];

/** Stage-I or Stage-II. A final picture of 64 px is Stage-I's. */
export const NETWORKS = [1, 2] as const;
export type Network = (typeof NETWORKS)[number];

export const YEAR_S = 31_536_000;
export const DAY_S = 86_400;
/** How long an address without a model version may show the last model's picture. */
export const UNVERSIONED_S = 60;
/** How long what the model's words and colours mean may be remembered; a deployment may change it. */
export const MEANING_S = 3_600;
/** The longest that a problem may be remembered, or where another model's address leads. */
export const PROBLEM_S = 5;

/** Cache-Control of the answers that are no pictures. */
export const ANSWER_CACHE = {
  /** `refine`. */
  words: `public, max-age=${UNVERSIONED_S}`,
  /** `colors`, `vocabulary`. */
  meaning: `public, max-age=${MEANING_S}`,
  /** A redirect to the served model. */
  redirect: `public, max-age=${PROBLEM_S}`,
  /** `stream`, `previews`, `health`, and `refine` where finals may be had a moment later. */
  moment: 'no-store',
} as const;

/** The address that was asked for. */
export interface Address {
  /** Whether it names the model version. */
  readonly versioned: boolean;
  /** Seconds until a signed address expires; absent when it is not signed. */
  readonly expiresIn?: number;
}

export type PictureOutcome = 'final' | 'draft' | 'draft-instead-of-final';

export function pictureCacheControl(outcome: PictureOutcome, { versioned, expiresIn }: Address): string {
  if (outcome === 'draft-instead-of-final') return 'no-store';
  const lasting = outcome === 'final' ? YEAR_S : DAY_S;
  const seconds = versioned ? lasting : UNVERSIONED_S;
  if (expiresIn !== undefined) return `public, max-age=${Math.max(0, Math.min(seconds, expiresIn))}`;
  return `public, max-age=${seconds}${versioned && outcome === 'final' ? ', immutable' : ''}`;
}

/** Statuses that are the server's state or the caller's rights rather than a property of the address. */
const PASSING = new Set([401, 403, 409, 429]);

export function problemCacheControl(status: number): string {
  return status >= 500 || PASSING.has(status) ? 'no-store' : `public, max-age=${PROBLEM_S}`;
}

/** Headers of a problem document or a notice, its content type aside. */
export function problemHeaders(error: ProblemError): Record<string, string> {
  return {
    'Cache-Control': problemCacheControl(ERRORS[error.code].status),
    [HEADER.error]: error.code,
    ...(error.retryAfter === undefined ? {} : { 'Retry-After': String(error.retryAfter) }),
  };
}

/** Headers of a picture, its content type aside. A draft instead of a final carries no ETag. */
export function pictureHeaders(
  outcome: PictureOutcome,
  address: Address,
  picture: {
    readonly etag: string;
    readonly network: Network;
    readonly source: PictureSource;
    /** What it shows, in words. */
    readonly alt: string;
  },
): Record<string, string> {
  return {
    ...validatorHeaders(outcome, address, picture.etag),
    [HEADER.stage]: String(picture.network),
    [HEADER.source]: picture.source,
    [HEADER.alt]: picture.alt.replaceAll('’', "'"),
  };
}

/** The part that a 304 repeats (RFC 9110, section 15.4.5). */
export function validatorHeaders(
  outcome: PictureOutcome,
  address: Address,
  etag: string,
): Record<string, string> {
  const cache = { 'Cache-Control': pictureCacheControl(outcome, address) };
  return outcome === 'draft-instead-of-final' ? cache : { ...cache, ETag: etag };
}

/** What scripts of other origins may read. */
export const EXPOSED_HEADERS = [
  ...Object.values(HEADER),
  'ETag',
  'Retry-After',
  'Server-Timing',
  'Content-Length',
] as const;
