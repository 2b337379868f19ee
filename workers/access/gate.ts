import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { MAX_ADDRESS_BYTES, MAX_BODY_BYTES, RATE_LIMITS } from '../../shared/contract/access.ts';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { ALLOW_ORIGIN, EXPOSED_HEADERS, HEADER } from '../../shared/contract/headers.ts';
import type { Result } from '../../shared/contract/result.ts';
import type { AppContext } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { log } from '../log.ts';
import { type Access, admit } from './access.ts';

/** Path and query as they were sent. */
export const addressOf = (url: string): string => url.slice(url.indexOf('/', 'https://'.length));

const measureBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (c) => refuse(c, problem('body_too_large', `It has at most ${MAX_BODY_BYTES} bytes.`)),
});

/** Refuses addresses that are longer than any of ours, before anything is done with them. */
export const limitAddress = (c: AppContext, address: string): Response | null =>
  address.length > MAX_ADDRESS_BYTES
    ? refuse(c, problem('address_too_long', `It has at most ${MAX_ADDRESS_BYTES} bytes.`))
    : null;

/** The same of bodies. */
export const limitBody = async (c: AppContext): Promise<Response | null> =>
  (await measureBody(c, async () => undefined)) ?? null;

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
    c.get('services').config.access.corsOrigins.includes(origin) ? origin : null,
});

/** Answers a browser that asks whether a script of another origin may ask. */
export async function preflight(c: AppContext): Promise<Response | null> {
  const { open } = c.get('services').config.access;
  return (await (open ? anyOrigin : listedOrigins)(c, async () => undefined)) ?? null;
}

/** Sets the request's `access`, or refuses: by right, then by rate. At once where nothing has to be waited for. */
export function letIn(c: AppContext, address: string): Response | null | Promise<Response | null> {
  // Most addresses have no such parameter, and a look is cheaper than a search.
  const mayHave = (name: string): boolean => address.includes(`${name}=`) || address.includes('%');
  const asking = {
    method: c.get('line').method,
    origin: () => new URL(c.req.url).origin,
    address,
    query: (name: string) => (mayHave(name) ? c.req.query(name) : undefined),
    header: (name: string) => c.req.header(name),
  };
  const admitted = admit(asking, c.get('services').config.access, Date.now());
  return admitted instanceof Promise ? admitted.then((result) => enter(c, result)) : enter(c, admitted);
}

function enter(
  c: AppContext,
  admitted: Result<Access, ProblemError>,
): Response | null | Promise<Response | null> {
  if (!admitted.ok) {
    if (admitted.error.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer');
    // Why a page was refused is no secret, and its author has to be able to read it.
    c.header(ALLOW_ORIGIN, '*');
    return refuse(c, admitted.error);
  }
  const { kind, id, limit } = admitted.value;
  c.set('access', admitted.value);
  c.get('line').access = id === undefined ? kind : `${kind}:${id}`;
  return limit === undefined ? null : slowDown(c, limit);
}

async function slowDown(c: AppContext, limit: NonNullable<Access['limit']>): Promise<Response | null> {
  if (await isWithin(c, limit)) return null;
  const { seconds } = RATE_LIMITS[limit.name];
  return refuse(c, problem('rate_limited', `Ask less often: see ${HEADER.rateLimitPolicy}.`, seconds));
}

/** For addresses that only servers may ask, after `letIn`. */
export function serversOnly(c: AppContext): Response | null {
  const { kind } = c.get('access');
  return kind === 'secret' || kind === 'open'
    ? null
    : refuse(c, problem('unauthorized', 'This address takes secret keys alone.'));
}

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
