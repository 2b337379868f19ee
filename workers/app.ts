import { Hono } from 'hono';
import type { AppEnv } from './http/env.ts';
import { framed, type Route } from './http/frame.ts';
import { colors } from './routes/colors.ts';
import { health } from './routes/health.ts';
import { preview } from './routes/preview.ts';
import { previews } from './routes/previews.ts';
import { readAsked, readFile } from './routes/query.ts';
import { refine } from './routes/refine.ts';
import { stream } from './routes/stream.ts';
import { vocabulary } from './routes/vocabulary.ts';

/** Health tells nothing that is worth a key. An address that causes up to a hundred pictures is not for browsers. */
const ROUTES: readonly Route[] = [
  {
    path: '/v1/preview/:file',
    may: 'those-let-in',
    get: preview((c) => readFile(c, c.req.param('file') ?? '')),
  },
  { path: '/v1/preview', may: 'those-let-in', get: preview(readAsked) },
  { path: '/v1/previews', may: 'servers', post: previews },
  { path: '/v1/stream', may: 'those-let-in', get: stream },
  { path: '/v1/colors', may: 'those-let-in', get: colors },
  { path: '/v1/refine', may: 'those-let-in', get: refine },
  { path: '/v1/vocabulary', may: 'those-let-in', get: vocabulary },
  { path: '/v1/health', may: 'everybody', get: health },
];

/** The API. Every other address is the storefront page's, which the platform serves from the assets. */
export const app = new Hono<AppEnv>();

for (const route of ROUTES) app.all(route.path, framed(route));
app.notFound(framed({ path: '*', may: 'everybody' }));
