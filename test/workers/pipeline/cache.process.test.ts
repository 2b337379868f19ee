import { crc32 } from 'node:zlib';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PictureRequest, previewKey } from '../../../shared/contract/picture.ts';
import { createKvCache, type KeyValueStore } from '../../../workers/pipeline/cache/kv.ts';
import { createMemoryCache } from '../../../workers/pipeline/cache/memory.ts';
import type { Picture, PictureCache } from '../../../workers/pipeline/ports.ts';

let miniflare: Miniflare;
let kv: Awaited<ReturnType<Miniflare['getKVNamespace']>>;
beforeAll(async () => {
  miniflare = new Miniflare({
    modules: true,
    script: 'export default { fetch: () => new Response() }',
    kvNamespaces: ['PREVIEWS'],
    cf: false,
  });
  kv = await miniflare.getKVNamespace('PREVIEWS');
});
afterAll(() => miniflare.dispose());

const request: PictureRequest = {
  model: 'r1-00000000',
  tokens: [1, 2],
  lab: [50, 0, 0],
  seed: 1,
  size: 64,
  format: 'png',
  stage: 'final',
};
const pictureOf = (asked: PictureRequest, first: number): Picture => ({
  bytes: Uint8Array.from({ length: 300 }, (_, at) => (at === 0 ? first : at & 255)),
  format: asked.format,
  stage: asked.stage,
  network: 1,
  model: asked.model,
});

const adapters: Record<string, () => PictureCache> = {
  memory: () => createMemoryCache(1_000_000),
  KV: () => createKvCache(kv, crc32),
};

describe.each(Object.entries(adapters))('the cache port, kept by %s', (_, create) => {
  it('misses what was never put, and gives back what was', async () => {
    const cache = create();
    const asked = { ...request, seed: 11 };
    expect(await cache.get(asked)).toEqual({ kind: 'miss' });
    expect(await cache.put(asked, pictureOf(asked, 9))).toEqual({ ok: true, value: null });
    expect(await cache.get(asked)).toEqual({ kind: 'hit', picture: pictureOf(asked, 9) });
  });

  it('keeps requests apart that differ in anything', async () => {
    const cache = create();
    const asked = { ...request, seed: 12 };
    await cache.put(asked, pictureOf(asked, 1));
    const others: Partial<PictureRequest>[] = [
      { model: 'r1-00000001' },
      { tokens: [2, 1] },
      { lab: null },
      { seed: 13 },
      { size: 256 },
      { format: 'webp' },
      { stage: 'draft' },
    ];
    for (const other of others) expect(await cache.get({ ...asked, ...other })).toEqual({ kind: 'miss' });
  });

  it('replaces', async () => {
    const cache = create();
    const asked = { ...request, seed: 14 };
    await cache.put(asked, pictureOf(asked, 1));
    await cache.put(asked, pictureOf(asked, 2));
    expect(await cache.get(asked)).toEqual({ kind: 'hit', picture: pictureOf(asked, 2) });
  });
});

describe('KV', () => {
  const asked = { ...request, seed: 21 };

  it('notices a value that is not the picture of its key', async () => {
    const cache = createKvCache(kv, crc32);
    await cache.put(asked, pictureOf(asked, 1));
    const read = await kv.getWithMetadata(previewKey(asked));
    const metadata = Object(read.metadata);
    const good = pictureOf(asked, 1).bytes;
    const faults: [Uint8Array, unknown][] = [
      [good.slice(0, 200), metadata],
      [pictureOf(asked, 2).bytes, metadata],
      [good, null],
      [good, { ...metadata, stage: 'draft' }],
      [good, { ...metadata, model: 'r1-11111111' }],
      [good, { ...metadata, type: 'image/webp' }],
      [good, { ...metadata, v: 3 }],
    ];
    for (const [value, other] of faults) {
      await kv.put(previewKey(asked), value, { metadata: other });
      expect(await cache.get(asked)).toMatchObject({ kind: 'damaged' });
    }
  });

  it('takes a value of an earlier layout for none', async () => {
    const cache = createKvCache(kv, crc32);
    await kv.put(previewKey(asked), pictureOf(asked, 1).bytes, { metadata: { v: 1, sha256: '00' } });
    expect(await cache.get(asked)).toEqual({ kind: 'miss' });
  });

  it('answers a store that fails without throwing', async () => {
    const down = (): never => {
      throw new Error('KV PUT failed: 429 Too Many Requests');
    };
    const broken: KeyValueStore = { getWithMetadata: async () => down(), put: async () => down() };
    const cache = createKvCache(broken, crc32);
    expect(await cache.get(asked)).toMatchObject({ kind: 'failed' });
    expect(await cache.put(asked, pictureOf(asked, 1))).toMatchObject({ ok: false });
  });

  it('stays within the limits of Workers KV for key and metadata', async () => {
    const cache = createKvCache(kv, crc32);
    const longest: PictureRequest = {
      ...request,
      model: 'r'.repeat(64),
      tokens: Array.from({ length: 16 }, () => 65_535),
      lab: [-100.55, -127.55, -127.55],
      seed: 0xffff_ffff,
      size: 256,
      format: 'webp',
    };
    await cache.put(longest, pictureOf(longest, 1));
    const key = previewKey(longest);
    const { metadata } = await kv.getWithMetadata(key);
    expect(new TextEncoder().encode(key).length).toBeLessThanOrEqual(512);
    expect(JSON.stringify(metadata).length).toBeLessThanOrEqual(1_024);
  });
});

describe('memory', () => {
  it('lets go of what was used longest ago when it is full', async () => {
    const cache = createMemoryCache(900);
    const [a, b, c, d] = [1, 2, 3, 4].map((seed) => ({ ...request, seed }));
    if (!a || !b || !c || !d) throw new Error('unreachable');
    for (const asked of [a, b, c]) await cache.put(asked, pictureOf(asked, 1));
    await cache.get(a);
    await cache.put(d, pictureOf(d, 1));
    const kinds = await Promise.all([a, b, c, d].map(async (asked) => (await cache.get(asked)).kind));
    expect(kinds).toEqual(['hit', 'miss', 'hit', 'hit']);
    expect(cache.bytes).toBe(900);
  });
});
