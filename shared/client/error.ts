import type { ProblemDetails } from '../contract/answers.ts';
import type { ErrorCode } from '../contract/errors.ts';

/** An answer that is no success: the problem document's members, or what the status tells where there is none. */
export class RestganError extends Error {
  override readonly name = 'RestganError';
  readonly status: number;
  /** Null when the answer was not the API's own. */
  readonly code: ErrorCode | null;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Partial<ProblemDetails>, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title ?? `The answer had status ${status}.`);
    this.status = status;
    this.code = problem.code ?? null;
    this.retryAfter = retryAfter;
  }

  /** Reads what an unsuccessful answer tells (RFC 9457). */
  static async of(response: Response): Promise<RestganError> {
    const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json') === true;
    const body = isProblem ? ((await response.json().catch(() => ({}))) as Partial<ProblemDetails>) : {};
    const after = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
    return new RestganError(response.status, body, Number.isNaN(after) ? null : after);
  }
}
