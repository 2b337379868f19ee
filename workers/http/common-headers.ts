import { rateLimitPolicy } from '../../shared/contract/access.ts';
import { ALLOW_ORIGIN, EXPOSED_HEADERS, HEADER } from '../../shared/contract/headers.ts';
import type { AppContext } from './env.ts';

/**
 * What every answer has. Nothing here is a document: what only concerns those would be weight on every picture.
 * Strict-Transport-Security is left to whoever owns the zone.
 */
const EVERYWHERE = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Timing-Allow-Origin': '*',
} as const;
const EXPOSED = EXPOSED_HEADERS.join(',');

/**
 * Headers of whatever a request is answered with.
 * @param ms how long it took
 */
export function commonHeaders(c: AppContext, ms: number): Record<string, string> {
  const timing = c.get('timing');
  const limit = c.get('access')?.limit;
  return {
    ...EVERYWHERE,
    [HEADER.requestId]: c.get('requestId'),
    'Server-Timing': timing === undefined ? `total;dur=${ms}` : `${timing}, total;dur=${ms}`,
    ...(limit === undefined ? {} : { [HEADER.rateLimitPolicy]: rateLimitPolicy(limit.name) }),
    ...crossOrigin(c),
  };
}

/** Scripts of every origin may read where everybody may ask; of the listed origins elsewhere. */
function crossOrigin(c: AppContext): Record<string, string> {
  const access = c.get('services')?.config.access;
  if (access === undefined) return {};
  if (access.open) {
    return { [ALLOW_ORIGIN]: '*', 'Access-Control-Expose-Headers': EXPOSED };
  }
  const origin = c.req.header('Origin');
  const vary = { Vary: 'Origin', 'Access-Control-Expose-Headers': EXPOSED };
  return origin !== undefined && access.corsOrigins.includes(origin)
    ? { ...vary, [ALLOW_ORIGIN]: origin }
    : vary;
}
