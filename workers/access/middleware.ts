import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import {
  MAX_ADDRESS_BYTES,
  MAX_BODY_BYTES,
  RATE_LIMITS,
  rateLimitPolicy,
} from '../../shared/contract/access.ts';
import { problem } from '../../shared/contract/errors.ts';
import { EXPOSED_HEADERS, HEADER } from '../../shared/contract/headers.ts';
import type { AppContext, AppEnv } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { log } from '../log.ts';
import { type Access, admit } from './access.ts';

/** Path and query as they were sent. */
const addressOf = ({ req }: AppContext): string => req.url.slice(req.url.indexOf('/', 'https://'.length));

/** Refuses addresses and bodies that are longer than any of ours, before anything is done with them. */
export const addressLimit = createMiddleware<AppEnv>(async (c, next) =>
  addressOf(c).length > MAX_ADDRESS_BYTES
    ? refuse(c, problem('address_too_long', `It has at most ${MAX_ADDRESS_BYTES} bytes.`))
    : next(),
);
export const sizeLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (c) => refuse(c, problem('body_too_large', `It has at most ${MAX_BODY_BYTES} bytes.`)),
});

const CORS = {
  allowMethods: ['GET', 'HEAD', 'OPTIONS'],
  allowHeaders: ['Accept', 'Content-Type', 'If-None-Match', HEADER.requestId],
  exposeHeaders: [...EXPOSED_HEADERS],
  maxAge: 86_400,
};
const anyOrigin = cors({ ...CORS, origin: '*' });
const listedOrigins = cors({
  ...CORS,
  origin: (origin, c: AppContext) =>
    c.var.services.config.access.corsOrigins.includes(origin) ? origin : null,
});
/** Scripts of every origin may read where everybody may ask; of the listed origins elsewhere. */
export const crossOrigin = createMiddleware<AppEnv>((c, next) =>
  (c.var.services.config.access.open ? anyOrigin : listedOrigins)(c, next),
);

/** Sets `c.var.access`, or refuses: by right, then by rate. */
export const access = createMiddleware<AppEnv>(async (c, next) => {
  const asking = {
    method: c.req.method,
    url: new URL(c.req.url),
    address: addressOf(c),
    header: (name: string) => c.req.header(name),
  };
  const admitted = await admit(asking, c.var.services.config.access, Date.now());
  if (!admitted.ok) {
    if (admitted.error.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer');
    // Why a page was refused is no secret, and its author has to be able to read it.
    c.header('Access-Control-Allow-Origin', '*');
    return refuse(c, admitted.error);
  }
  const { kind, id, limit } = admitted.value;
  c.set('access', admitted.value);
  c.set('line', { ...c.get('line'), access: id === undefined ? kind : `${kind}:${id}` });
  if (limit === undefined) return next();
  c.header(HEADER.rateLimitPolicy, rateLimitPolicy(limit.name));
  if (await isWithin(c, limit)) return next();
  const { seconds } = RATE_LIMITS[limit.name];
  return refuse(c, problem('rate_limited', `Ask less often: see ${HEADER.rateLimitPolicy}.`, seconds));
});

/** For addresses that only servers may ask, after `access`. */
export const serversOnly = createMiddleware<AppEnv>(async (c, next) =>
  c.var.access.kind === 'secret' || c.var.access.kind === 'open'
    ? next()
    : refuse(c, problem('unauthorized', 'This address takes secret keys alone.')),
);

/** A limiter that fails lets everybody in: it guards against too much, and nothing else rests on it. */
async function isWithin(c: AppContext, { name, key }: NonNullable<Access['limit']>): Promise<boolean> {
  const limiter = name === 'server' ? c.env.SERVER_LIMIT : c.env.VISITOR_LIMIT;
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    log({ event: 'incident', level: 'warn', what: 'limiter_failed', detail: String(error) });
    return true;
  }
}
