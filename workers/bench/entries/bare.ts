import { Hono } from 'hono';
import type { KeyValueStore } from '../../pipeline/cache/kv.ts';

/** What the Worker's hit path is compared with: one route, one read of the same key, the bytes. `KEYS`: a key per seed, JSON. */
const app = new Hono<{ Bindings: { PREVIEWS: KeyValueStore; KEYS: readonly string[] } }>();

app.get('/v1/preview/:file', async (c) => {
  const key = c.env.KEYS[Number(c.req.query('seed'))] ?? '';
  const { value } = await c.env.PREVIEWS.getWithMetadata(key, 'arrayBuffer');
  return value === null ? c.notFound() : c.body(value, 200, { 'Content-Type': 'image/webp' });
});

export default app;
