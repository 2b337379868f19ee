import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { timing } from 'hono/timing';
import { problem } from '../shared/contract/errors.ts';
import { access, addressLimit, crossOrigin, serversOnly, sizeLimit } from './access/middleware.ts';
import { accessLog } from './http/access-log.ts';
import type { AppContext, AppEnv } from './http/env.ts';
import { refuse } from './http/refuse.ts';
import { log } from './log.ts';
import { colors } from './routes/colors.ts';
import { health } from './routes/health.ts';
import { preview } from './routes/preview.ts';
import { previews } from './routes/previews.ts';
import { readAsked, readFile } from './routes/query.ts';
import { refine } from './routes/refine.ts';
import { stream } from './routes/stream.ts';
import { vocabulary } from './routes/vocabulary.ts';
import { servicesOf } from './services.ts';

const METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The API. Every other address is the storefront page's, which the platform serves from the assets. */
export const app = new Hono<AppEnv>();

app.use(requestId());
app.use(accessLog);
app.use(timing({ crossOrigin: true }));
// Nothing here is a document: what only concerns those would be weight on every picture. Strict-Transport-Security
// is left to whoever owns the zone.
app.use(
  secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"] },
    crossOriginResourcePolicy: 'cross-origin',
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: false,
    strictTransportSecurity: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }),
);
app.use(async (c, next) => {
  const services = servicesOf(c.env);
  if (services === null) return refuse(c, problem('misconfigured', 'The log names what is wrong.'));
  c.set('services', services);
  return next();
});
app.use(crossOrigin);
app.use(addressLimit);
app.use(sizeLimit);
// Health tells nothing that is worth a key; whatever else is under /v1 needs a right.
for (const path of [
  '/v1/preview',
  '/v1/preview/*',
  '/v1/previews',
  '/v1/colors',
  '/v1/refine',
  '/v1/stream',
  '/v1/vocabulary',
]) {
  app.use(path, access);
}
// An address that causes up to a hundred pictures is not for browsers.
app.use('/v1/previews', serversOnly);

app.get('/v1/preview', (c) => preview(c, readAsked(c)));
app.get('/v1/preview/:file', (c) => preview(c, readFile(c, c.req.param('file'))));
app.post('/v1/previews', previews);
app.get('/v1/stream', stream);
app.get('/v1/colors', colors);
app.get('/v1/refine', refine);
app.get('/v1/vocabulary', vocabulary);
app.get('/v1/health', health);

for (const path of [
  '/v1/preview',
  '/v1/preview/:file',
  '/v1/colors',
  '/v1/refine',
  '/v1/stream',
  '/v1/vocabulary',
  '/v1/health',
]) {
  app.all(path, (c: AppContext) => wrongMethod(c, METHODS));
}
app.all('/v1/previews', (c: AppContext) => wrongMethod(c, ['POST', 'OPTIONS']));

function wrongMethod(c: AppContext, methods: readonly string[]): Response {
  c.header('Allow', methods.join(', '));
  return refuse(c, problem('method_not_allowed', `Ask with ${methods.join(', ')}.`));
}

app.notFound((c) => refuse(c, problem('not_found', 'The API is under /v1/preview, the page at /.')));

app.onError((error, c) => {
  log({ event: 'incident', level: 'error', what: 'unexpected', detail: String(error.stack ?? error) });
  return refuse(c, problem('internal', 'The log has the request under its X-Request-Id.'));
});
