import type { ProblemDetails } from './answers.ts';

/**
 * Error codes of the whole product and how each one looks on the wire (RFC 9457 problem details).
 * A new code is one line here; every switch over `ErrorCode` then fails to compile until it is handled.
 */
export const ERRORS = {
  bad_request: { status: 400, title: 'The request has a parameter that cannot be read' },
  query_too_long: { status: 400, title: 'The query is longer than 200 characters' },
  too_many_tokens: { status: 400, title: 'The query has more than 16 words that the model knows' },
  no_known_word: { status: 422, title: 'No word of the query is known to the model' },
  unauthorized: { status: 401, title: 'A valid access token is needed' },
  forbidden_origin: { status: 403, title: 'The publishable key is not for this origin' },
  bad_signature: { status: 403, title: 'The signature does not fit the address' },
  signature_expired: { status: 403, title: 'The signed address has expired' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This address does not take that method' },
  body_too_large: { status: 413, title: 'The body is larger than 65536 bytes' },
  address_too_long: { status: 414, title: 'The address is longer than 4096 bytes' },
  rate_limited: { status: 429, title: 'Too many requests in a short time' },
  ceiling_reached: { status: 429, title: 'The finals of the day are used up; drafts are available' },
  model_mismatch: { status: 409, title: 'The model version asked for is not the one that is served' },
  too_busy: { status: 429, title: 'The service is at its capacity; try again shortly' },
  not_ready: { status: 503, title: 'The service is starting or stopping; try again shortly' },
  queue_not_configured: { status: 503, title: 'No Queue is configured; pictures are drawn when asked for' },
  gpu_not_configured: { status: 503, title: 'No GPU service is configured; drafts are available' },
  gpu_unavailable: { status: 503, title: 'The GPU service did not answer in time; drafts are available' },
  bad_upstream: { status: 502, title: 'The GPU service answered with something that is not a picture' },
  misconfigured: { status: 500, title: 'The deployment is not configured correctly' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = /* @__PURE__ */ Object.keys(ERRORS) as readonly ErrorCode[];

/** An error as data. `detail` says what to do about it, in a sentence for a person. */
export interface ProblemError {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number;
}

export const problem = (code: ErrorCode, detail: string, retryAfter?: number): ProblemError =>
  retryAfter === undefined ? { code, detail } : { code, detail, retryAfter };

export function toProblemDetails(error: ProblemError): ProblemDetails {
  const { status, title } = ERRORS[error.code];
  return {
    type: `urn:restgan-edge:error:${error.code}`,
    title,
    status,
    detail: error.detail,
    code: error.code,
  };
}
