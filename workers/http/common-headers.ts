import { rateLimitPolicy } from '../../shared/contract/access.ts';
import { ALLOW_ORIGIN, EXPOSED_HEADERS, HEADER } from '../../shared/contract/headers.ts';
import type { RequestLine } from '../../shared/contract/log.ts';
import type { AppContext } from './env.ts';

/**
 * What every answer has. Nothing here is a document: what only concerns those would be weight on every picture.
 * Strict-Transport-Security is left to whoever owns the zone.
 */
const EVERYWHERE = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Timing-Allow-Origin': '*',
} as const;
const EXPOSED = { 'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(',') };
/** Where everybody may ask, scripts of every origin may read. */
const OPEN = { ...EVERYWHERE, [ALLOW_ORIGIN]: '*', ...EXPOSED };

/**
 * Headers of whatever a request is answered with.
 * @param line how the request is called, and how long it took
 */
export function commonHeaders(
  c: AppContext,
  line: Pick<RequestLine, 'requestId' | 'ms'>,
): Record<string, string> {
  const timing = c.get('timing');
  const limit = c.get('access')?.limit;
  const rights = c.get('services')?.config.access;
  const headers: Record<string, string> = rights?.open ? { ...OPEN } : { ...EVERYWHERE };
  headers[HEADER.requestId] = line.requestId;
  headers['Server-Timing'] =
    timing === undefined ? `total;dur=${line.ms}` : `${timing}, total;dur=${line.ms}`;
  if (limit !== undefined) headers[HEADER.rateLimitPolicy] = rateLimitPolicy(limit.name);
  return rights === undefined || rights.open
    ? headers
    : Object.assign(headers, listed(c.req.header('Origin'), rights.corsOrigins));
}

/** Scripts of the listed origins may read. */
const listed = (origin: string | undefined, origins: readonly string[]): Record<string, string> => ({
  Vary: 'Origin',
  ...EXPOSED,
  ...(origin !== undefined && origins.includes(origin) ? { [ALLOW_ORIGIN]: origin } : {}),
});
