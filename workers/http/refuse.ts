import { ERRORS, type ProblemError, toProblemDetails } from '../../shared/contract/errors.ts';
import { problemHeaders } from '../../shared/contract/headers.ts';
import type { AppContext } from './env.ts';
import { drawNotice } from './notice.ts';

/**
 * Answers with a problem: as a notice where an `<img>` asks, as RFC 9457 problem details to everybody else. The
 * status is the true one either way.
 */
export function refuse(c: AppContext, error: ProblemError): Response {
  c.get('line').error = error.code;
  c.header('Vary', 'Accept, Sec-Fetch-Dest', { append: true });
  // A notice is a document where it is opened as one.
  const headers = { ...problemHeaders(error), 'Content-Security-Policy': "default-src 'none'" };
  const { status } = ERRORS[error.code];
  if (wantsImage(c)) {
    return c.body(drawNotice(error.code), status, { ...headers, 'Content-Type': 'image/svg+xml' });
  }
  const body = JSON.stringify(toProblemDetails(error));
  return c.body(body, status, { ...headers, 'Content-Type': 'application/problem+json' });
}

/** Browsers tell what they fetch for; others by what they would rather have. */
function wantsImage(c: AppContext): boolean {
  const destination = c.req.header('Sec-Fetch-Dest');
  if (destination !== undefined && destination !== 'empty') return destination === 'image';
  return (c.req.header('Accept') ?? '').trimStart().startsWith('image/');
}
