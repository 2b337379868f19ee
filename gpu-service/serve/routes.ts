import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { requestId } from 'hono/request-id';
import type { Logger } from 'pino';
import { ERRORS, type ProblemError, problem, toProblemDetails } from '../../shared/contract/errors.ts';
import { toAnswer } from './answer.ts';
import { bears, deadlineOf, MAX_WAIT_MS, waitOf } from './headers.ts';
import { readCreation } from './input.ts';
import { idOfKey, type Predictions } from './predictions.ts';

/** 16 tokens, a Lab and a few words take under 1 kB. */
const MAX_BODY_BYTES = 16_384;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Time for a canceled prediction to settle: at most an encoding in progress. */
const CANCEL_WAIT_MS = 1_000;

/** How far the service is. `broken`: the engine has died or hangs, only a restart helps. */
export type Phase = 'starting' | 'ready' | 'stopping' | 'broken';

export interface Backend {
  /** Versions that are served; the first answers who names none. */
  readonly models: readonly string[];
  readonly predictions: Predictions;
  readonly maxUnfinished: number;
}

export interface RouteOptions {
  readonly token: string;
  readonly phase: () => Phase;
  /** Null until the model is loaded. */
  readonly backend: () => Backend | null;
  readonly log: Logger;
  /** Called for each answer to a creation, with `created`, `repeated` or an error code. */
  readonly onCreation?: (outcome: string) => void;
}

type Env = { Variables: { requestId: string; prediction?: string } };

/**
 * The HTTP surface: the Replicate API under `/v1`, the same handlers under `/` as a Cog container has them
 * (there a creation waits unless told otherwise), and health.
 */
export function createRoutes(options: RouteOptions): Hono<Env> {
  const { token, phase, backend, log, onCreation } = options;
  const app = new Hono<Env>();

  app.use(requestId());
  app.use(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const level = c.req.path.startsWith('/health') ? 'debug' : 'info';
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const { method, path } = c.req;
    const { requestId, prediction } = c.var;
    log[level]({ requestId, method, path, status: c.res.status, ms, prediction }, 'request');
  });
  app.onError((error, c) => {
    log.error({ requestId: c.get('requestId'), err: error }, 'unexpected');
    return refuse(c, problem('internal', 'The log names the request id.'));
  });
  app.notFound((c) => refuse(c, problem('not_found', 'See the README for the addresses of this service.')));

  app.get('/health/live', (c) => c.json({ phase: phase() }, phase() === 'broken' ? 503 : 200));
  app.get('/health/ready', (c) => {
    const models = backend()?.models ?? [];
    return c.json({ phase: phase(), models }, phase() === 'ready' ? 200 : 503);
  });
  app.get('/health-check', (c) => c.json({ status: cogStatus(phase(), backend()) }));

  app.use('*', async (c, next) => {
    if (bears(c.req.header('authorization'), token)) return next();
    c.header('WWW-Authenticate', 'Bearer');
    return refuse(c, problem('unauthorized', 'Send `Authorization: Bearer` with the service’s token.'));
  });

  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (c) => refuse(c, problem('bad_request', `The body is larger than ${MAX_BODY_BYTES} bytes.`)),
  });

  async function create(c: Context<Env>, base: string, defaultWait: number, id?: string): Promise<Response> {
    const served = backend();
    const refused = (error: ProblemError): Response => {
      onCreation?.(error.code);
      return refuse(c, error);
    };
    if (served === null || phase() !== 'ready') {
      return refused(problem('not_ready', `The service is ${phase()}.`, 2));
    }
    const body: unknown = await c.req.json().catch(() => undefined);
    if (body === undefined) return refused(problem('bad_request', 'The body is not JSON.'));
    const asked = readCreation(body, served.models);
    if (!asked.ok) return refused(asked.error);
    const deadline = deadlineOf(c.req.header('cancel-after'));
    if (!deadline.ok) return refused(deadline.error);

    const created = served.predictions.create({
      ...asked.value,
      ...(id === undefined ? {} : { id }),
      ...(deadline.value === undefined ? {} : { deadlineMs: deadline.value }),
    });
    if (!created.ok) return refused(created.error);
    const { prediction } = created.value;
    onCreation?.(created.value.created ? 'created' : 'repeated');
    c.set('prediction', prediction.id);

    await served.predictions.wait(prediction.id, waitOf(c.req.header('prefer'), defaultWait));
    const finished = prediction.completedAt !== null;
    // `run()` of the replicate client takes any other unfinished status of a creation for the end.
    const status = finished ? prediction.status : 'starting';
    return c.json(toAnswer({ ...prediction, status }, base), finished ? 201 : 202);
  }

  async function find(c: Context<Env>, base: string, cancel: boolean): Promise<Response> {
    const served = backend();
    const id = c.req.param('id') ?? '';
    const prediction = cancel ? served?.predictions.cancel(id) : served?.predictions.get(id);
    if (served === null || prediction === null || prediction === undefined) {
      return refuse(c, problem('not_found', 'There is no such prediction, or it is no longer kept.'));
    }
    if (cancel) await served.predictions.wait(id, CANCEL_WAIT_MS);
    return c.json(toAnswer(prediction, base));
  }

  for (const { prefix, defaultWait } of [
    { prefix: '/v1', defaultWait: 0 },
    { prefix: '', defaultWait: MAX_WAIT_MS },
  ]) {
    const baseOf = (c: Context): string => new URL(c.req.url).origin + prefix;
    const creations = [
      '/predictions',
      '/models/:owner/:name/predictions',
      '/deployments/:owner/:name/predictions',
    ];
    for (const path of creations) {
      app.post(prefix + path, limit, (c) => {
        const key = c.req.header('idempotency-key');
        return create(c, baseOf(c), defaultWait, key === undefined ? undefined : idOfKey(key));
      });
    }
    app.put(`${prefix}/predictions/:id`, limit, (c) => {
      const id = c.req.param('id');
      return ID.test(id)
        ? create(c, baseOf(c), defaultWait, id)
        : refuse(c, problem('bad_request', 'An id has 1 to 64 letters, digits, `_` or `-`.'));
    });
    app.get(`${prefix}/predictions/:id`, (c) => find(c, baseOf(c), false));
    app.post(`${prefix}/predictions/:id/cancel`, (c) => find(c, baseOf(c), true));
  }
  return app;
}

function refuse(c: Context, error: ProblemError): Response {
  if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter));
  return c.body(JSON.stringify(toProblemDetails(error)), ERRORS[error.code].status, {
    'Content-Type': 'application/problem+json',
  });
}

/** The words of Cog's `/health-check`. */
function cogStatus(phase: Phase, backend: Backend | null): string {
  if (phase === 'starting') return 'STARTING';
  if (phase !== 'ready' || backend === null) return 'DEFUNCT';
  return backend.predictions.unfinished >= backend.maxUnfinished ? 'BUSY' : 'READY';
}
