import { problem } from '../../shared/contract/errors.ts';
import { ALLOW_ORIGIN, HEADER } from '../../shared/contract/headers.ts';
import { addressOf, letIn, limitAddress, limitBody, preflight, serversOnly } from '../access/gate.ts';
import { log } from '../log.ts';
import { servicesOf } from '../services.ts';
import { commonHeaders } from './common-headers.ts';
import type { AppContext, AppEnv } from './env.ts';
import { refuse } from './refuse.ts';
import { nextRequestId } from './request-id.ts';

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

/** Methods without a body, answered alike. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
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
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : nextRequestId();
    const { method } = c.req;
    const line: AppEnv['Variables']['line'] = {
      event: 'request',
      level: 'info',
      requestId,
      method,
      route: route.path,
      status: 0,
      ms: 0,
    };
    c.set('line', line);
    let answer: Answer;
    try {
      answer = await answerOf(c, route);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      log({ event: 'incident', level: 'error', what: 'unexpected', detail });
      answer = refuse(c, problem('internal', 'The log has the request under its X-Request-Id.'));
    }
    line.status = answer.status;
    line.ms = Date.now() - since;
    if (answer.status >= 500) line.level = 'error';
    log(line);
    return build(answer, method, commonHeaders(c, line));
  };
}

function build(answer: Answer, method: string, common: Record<string, string>): Response {
  if (!(answer instanceof Response)) {
    // Of a body that it sends the platform says so itself.
    if (method === 'HEAD') common['Content-Length'] = String(answer.body.byteLength);
    return new Response(answer.body, {
      status: answer.status,
      headers: Object.assign(common, answer.headers),
    });
  }
  for (const [name, value] of Object.entries(common)) {
    if (name === 'Vary') answer.headers.append(name, value);
    // A refusal may be read by more than an answer.
    else if (name !== ALLOW_ORIGIN || !answer.headers.has(name)) answer.headers.set(name, value);
  }
  return answer;
}

/** Who asks for a picture is let in, or not, without a promise where no key has to be hashed: a promise here is dear. */
function answerOf(c: AppContext, route: Route): Answer | Promise<Answer> {
  const services = servicesOf(c.env);
  if (services === null) return refuse(c, problem('misconfigured', 'The log names what is wrong.'));
  c.set('services', services);
  const address = addressOf(c.req.url);
  c.set('address', address);
  const tooLong = limitAddress(c, address);
  if (tooLong !== null) return tooLong;
  if (!READS.has(c.get('line').method)) return answerOthers(c, route, address);
  const refused = route.may === 'everybody' ? null : letIn(c, address);
  return refused instanceof Promise
    ? refused.then((it) => it ?? respond(c, route))
    : (refused ?? respond(c, route));
}

/** Methods that may come with a body. */
async function answerOthers(c: AppContext, route: Route, address: string): Promise<Answer> {
  const allowed = c.get('line').method === 'OPTIONS' ? await preflight(c) : null;
  const refused =
    allowed ?? (await limitBody(c)) ?? (route.may === 'everybody' ? null : await letIn(c, address));
  return refused ?? respond(c, route);
}

function respond(c: AppContext, { may, get, post }: Route): Answer | Promise<Answer> {
  const refused = may === 'servers' ? serversOnly(c) : null;
  if (refused !== null) return refused;
  const { method } = c.get('line');
  const handler = method === 'POST' ? post : READS.has(method) ? get : undefined;
  if (handler !== undefined) return handler(c);
  if (get === undefined && post === undefined) {
    return refuse(c, problem('not_found', 'The API is under /v1/preview, the page at /.'));
  }
  const methods = [...(get === undefined ? [] : ['GET', 'HEAD']), ...(post === undefined ? [] : ['POST'])];
  const allowed = [...methods, 'OPTIONS'].join(', ');
  c.header('Allow', allowed);
  return refuse(c, problem('method_not_allowed', `Ask with ${allowed}.`));
}
