import { type ProblemError, problem } from '../../../shared/contract/errors.ts';
import { MAX_PICTURE_BYTES } from '../../../shared/contract/limits.ts';
import { readLimited } from './read-limited.ts';

/** A failure that already has its code. */
export class AttemptFailed extends Error {
  readonly problem: ProblemError;

  constructor(failure: ProblemError) {
    super(`${failure.code}: ${failure.detail}`);
    this.problem = failure;
  }
}

/** What a prediction may have at most, in bytes: a picture as base64, and room for the rest. */
export const ONE_PICTURE = Math.ceil((MAX_PICTURE_BYTES * 4) / 3) + 65_536;
/** A row of sixteen PNGs; each is held to `MAX_PICTURE_BYTES` as it is read. */
export const ROW_OF_PICTURES = 4_194_304;

/**
 * A `fetch` for one call of the `replicate` client (1.4), which on its own tries six times without a pause, ignores
 * `Retry-After`, and reads answers of any length. Whatever happens at the first attempt is what all of them get.
 * @param headers sent beside the client's
 * @param maxBytes of an answer
 */
export function singleAttempt(
  doFetch: typeof fetch,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
): typeof fetch {
  let attempt: Promise<Response> | undefined;
  return (input, init) => {
    const all = { ...Object.fromEntries(new Headers(init?.headers)), ...headers };
    attempt ??= doFetch(input, { ...init, headers: all, signal }).then((response) =>
      check(response, maxBytes),
    );
    return attempt.then((response) => response.clone());
  };
}

async function check(response: Response, maxBytes: number): Promise<Response> {
  if (!response.ok) {
    await response.body?.cancel();
    throw new AttemptFailed(problemOf(response));
  }
  const body = await readLimited(response, maxBytes);
  if (body === null) throw new AttemptFailed(problem('bad_upstream', 'Its answer is too long.'));
  return new Response(body, { status: response.status, headers: { 'Content-Type': 'application/json' } });
}

function problemOf({ status, headers }: Response): ProblemError {
  const after = Number(headers.get('Retry-After') ?? Number.NaN);
  const retryAfter = Number.isInteger(after) && after >= 0 && after <= 3_600 ? after : 2;
  switch (status) {
    case 401:
    case 403:
      return problem('misconfigured', 'The GPU service refuses GPU_TOKEN.');
    case 409:
      return problem('model_mismatch', 'The GPU service serves another model version.');
    case 429:
      return problem('too_busy', 'The GPU service is at its capacity.', retryAfter);
    case 502:
    case 503:
    case 504:
      return problem('gpu_unavailable', `The GPU service answered ${status}.`, retryAfter);
    default:
      return problem('bad_upstream', `The GPU service answered ${status}.`);
  }
}
