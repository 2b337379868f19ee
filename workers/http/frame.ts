import { problem } from '../../shared/contract/errors.ts';
import { ALLOW_ORIGIN, HEADER } from '../../shared/contract/headers.ts';
import { addressOf, letIn, limitSize, preflight, serversOnly } from '../access/gate.ts';
import { log } from '../log.ts';
import { servicesOf } from '../services.ts';
import { commonHeaders } from './common-headers.ts';
import type { AppContext } from './env.ts';
import { refuse } from './refuse.ts';

/** An answer that is not built yet: a picture's headers and the common ones are then handed over at once. */
export interface Draft {
  readonly status: 200;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}
export type Answer = Response | Draft;
export type Handler = (c: AppContext) => Answer | Promise<Answer>;

/** An address: its pattern, who may ask, and what answers. HEAD is GET without the body. */
export interface Route {
  readonly path: string;
  readonly may: 'everybody' | 'those-let-in' | 'servers';
  readonly get?: Handler;
  readonly post?: Handler;
}

/** A caller's own id, if it can break neither a log nor a header. */
const REQUEST_ID = /^[\w\-=]{1,255}$/;

/**
 * What surrounds each route: request id, limits, rights, common headers, one log line. One function and no chain of
 * middleware: each of those costs a promise, a closure, and headers set one by one on an answer that is then copied.
 * The chain was most of what a cached picture took beyond its read (`npm run bench hits`).
 */
export function framed(route: Route): (c: AppContext) => Promise<Response> {
  return async (c) => {
    const since = Date.now();
    const given = c.req.header(HEADER.requestId);
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : crypto.randomUUID();
    c.set('requestId', requestId);
    c.set('line', {});
    const answer = await answerOf(c, route);
    const { status } = answer;
    const ms = Date.now() - since;
    log({
      event: 'request',
      level: status >= 500 ? 'error' : 'info',
      requestId,
      method: c.req.method,
      route: route.path,
      status,
      ms,
      ...c.get('line'),
    });
    return build(answer, commonHeaders(c, ms));
  };
}

function build(answer: Answer, common: Readonly<Record<string, string>>): Response {
  if (!(answer instanceof Response)) {
    return new Response(answer.body, { status: answer.status, headers: { ...common, ...answer.headers } });
  }
  for (const [name, value] of Object.entries(common)) {
    if (name === 'Vary') answer.headers.append(name, value);
    // A refusal may be read by more than an answer.
    else if (name !== ALLOW_ORIGIN || !answer.headers.has(name)) answer.headers.set(name, value);
  }
  return answer;
}

async function answerOf(c: AppContext, route: Route): Promise<Answer> {
  const services = servicesOf(c.env);
  if (services === null) return refuse(c, problem('misconfigured', 'The log names what is wrong.'));
  c.set('services', services);
  try {
    return await handle(c, route);
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    log({ event: 'incident', level: 'error', what: 'unexpected', detail });
    return refuse(c, problem('internal', 'The log has the request under its X-Request-Id.'));
  }
}

async function handle(c: AppContext, { may, get, post }: Route): Promise<Answer> {
  const { method } = c.req;
  const address = addressOf(c);
  if (method === 'OPTIONS') {
    const allowed = await preflight(c);
    if (allowed !== null) return allowed;
  }
  const refused =
    (await limitSize(c, address)) ??
    (may === 'everybody' ? null : await letIn(c, address)) ??
    (may === 'servers' ? serversOnly(c) : null);
  if (refused !== null) return refused;
  const handler = method === 'POST' ? post : method === 'GET' || method === 'HEAD' ? get : undefined;
  if (handler !== undefined) return handler(c);
  if (get === undefined && post === undefined) {
    return refuse(c, problem('not_found', 'The API is under /v1/preview, the page at /.'));
  }
  const methods = [...(get === undefined ? [] : ['GET', 'HEAD']), ...(post === undefined ? [] : ['POST'])];
  const allowed = [...methods, 'OPTIONS'].join(', ');
  c.header('Allow', allowed);
  return refuse(c, problem('method_not_allowed', `Ask with ${allowed}.`));
}
