import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { log } from '../log.ts';
import type { AppEnv } from './env.ts';

/** One line per request, when its answer is ready. */
export const accessLog = createMiddleware<AppEnv>(async (c, next) => {
  const since = Date.now();
  c.set('line', {});
  await next();
  const { status } = c.res;
  log({
    event: 'request',
    level: status >= 500 ? 'error' : 'info',
    requestId: c.var.requestId,
    method: c.req.method,
    route: routePath(c, -1),
    status,
    ms: Date.now() - since,
    ...c.var.line,
  });
});
