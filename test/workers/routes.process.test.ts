import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeEngines } from '../support/edge-engines.ts';
import { startWorker, type WorkerUnderTest } from '../support/worker.ts';

/** The API of a Worker without a GPU service, as after a bare `wrangler deploy`. */
let worker: WorkerUnderTest;
let model: string;
beforeAll(async () => {
  worker = await startWorker();
  ({ model } = await (await worker.fetch('/v1/health')).json());
});
afterAll(() => worker?.stop());

const IMG = { Accept: 'image/avif,image/webp,*/*;q=0.8', 'Sec-Fetch-Dest': 'image' };
const DRAFT = '/v1/preview/womens-black-pants.webp?stage=draft';
const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe('a draft', () => {
  it.each([
    [64, 'webp'],
    [128, 'webp'],
    [256, 'webp'],
    [64, 'png'],
    [256, 'png'],
  ])('has %d px as %s', async (size, format) => {
    const answer = await worker.fetch(`/v1/preview?q=black+pants&stage=draft&size=${size}&format=${format}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toBe(`image/${format}`);
    const found = await sharp(await bytesOf(answer)).metadata();
    expect(found).toMatchObject({ width: size, height: size, format });
  });

  it('is one picture however the words are written', async () => {
    const addresses = [
      DRAFT,
      '/v1/preview?q=women%27s+black+pants&stage=draft',
      '/v1/preview?q=%20WOMENS%20%20black%20trousers&stage=draft',
      '/v1/preview/women-black-pants.webp?stage=draft',
    ];
    const answers = await Promise.all(addresses.map((address) => worker.fetch(address)));
    expect(new Set(answers.map((answer) => answer.headers.get('ETag'))).size).toBe(1);
    const bodies = await Promise.all(
      answers.map(async (answer) => (await bytesOf(answer)).toString('base64')),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  it('is drawn once for equal requests at the same time, and then remembered', async () => {
    const address = '/v1/preview?q=green+shorts&stage=draft';
    const answers = await Promise.all(Array.from({ length: 20 }, () => worker.fetch(address)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect((await worker.fetch(address)).headers.get('X-Preview-Source')).toBe('cache');
  });

  it('takes a hex colour in the path', async () => {
    const query = await (await worker.fetch('/v1/refine?q=%237b1f2b+pants')).json();
    const answer = await worker.fetch(`/v1/preview/${query.slug}.png?stage=draft`);
    const other = await worker.fetch('/v1/preview?q=%237b1f2b+pants&stage=draft&format=png');
    expect(await bytesOf(answer)).toEqual(await bytesOf(other));
  });

  it('is never put into KV', async () => {
    await worker.fetch('/v1/preview?q=red+jeans');
    await worker.fetch('/v1/preview?q=red+jeans&stage=draft');
    expect((await worker.kv.list()).keys).toEqual([]);
  });
});

describe('headers', () => {
  it('are on every answer: request id, timing, and what keeps a browser from guessing', async () => {
    for (const path of [DRAFT, '/v1/preview', '/v1/colors?q=navy', '/v1/health', '/v1/nothing']) {
      const { headers } = await worker.fetch(path, { headers: { 'X-Request-Id': 'mine-1' } });
      expect(headers.get('X-Request-Id')).toBe('mine-1');
      expect(headers.get('Server-Timing')).toContain('total;dur=');
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    }
  });

  it('take no request id that could break a log or a header', async () => {
    const { headers } = await worker.fetch(DRAFT, { headers: { 'X-Request-Id': '"><script>' } });
    expect(headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/);
  });
});

describe('a validator', () => {
  it.each(['', '&v=MODEL'])('is answered with 304 and nothing else, address%s', async (tail) => {
    const address = `${DRAFT}${tail.replace('MODEL', model)}`;
    const first = await worker.fetch(address);
    const etag = first.headers.get('ETag') ?? '';
    for (const known of [etag, `"other", ${etag}`, etag.replace('W/', '')]) {
      const again = await worker.fetch(address, { headers: { 'If-None-Match': known } });
      expect(again.status).toBe(304);
      expect(again.headers.get('ETag')).toBe(etag);
      expect(again.headers.get('Cache-Control')).toBe(first.headers.get('Cache-Control'));
      expect(again.headers.get('X-Preview-Source')).toBeNull();
    }
    const other = await worker.fetch(address, {
      headers: { 'If-None-Match': 'W/"000000000000000000000000"' },
    });
    expect(other.status).toBe(200);
  });

  it('of a draft is not the final’s', async () => {
    const draft = (await worker.fetch('/v1/preview?q=pink+shorts&stage=draft')).headers.get('ETag') ?? '';
    const asFinal = await worker.fetch('/v1/preview?q=pink+shorts', { headers: { 'If-None-Match': draft } });
    expect(asFinal.status).toBe(200);
  });

  it('differs between pictures', async () => {
    const tails = ['', '&seed=8', '&size=128', '&format=png'];
    const etags = await Promise.all(
      tails.map(async (tail) =>
        (await worker.fetch(`/v1/preview?q=black+pants&stage=draft${tail}`)).headers.get('ETag'),
      ),
    );
    expect(new Set(etags).size).toBe(tails.length);
  });
});

describe('a problem', () => {
  const cases: [string, number, string, RegExp][] = [
    ['/v1/preview', 400, 'bad_request', /parameter q is missing/],
    ['/v1/preview?q=%20', 400, 'bad_request', /parameter q is missing/],
    ['/v1/preview?q=pants&size=65', 400, 'bad_request', /size must be one of 64, 128, 256/],
    ['/v1/preview?q=pants&seed=-1', 400, 'bad_request', /seed must be a whole number from 0 to 4294967295/],
    ['/v1/preview?q=pants&seed=4294967296', 400, 'bad_request', /seed/],
    [
      '/v1/preview?q=pants&seed=1e3&size=1&stage=x&format=gif',
      400,
      'bad_request',
      /seed.*size.*format.*stage/,
    ],
    ['/v1/preview?q=pants&v=%0d%0aX:1', 400, 'bad_request', /v must be a model version/],
    ['/v1/preview/pants', 400, 'bad_request', /must end in \.webp or \.png/],
    ['/v1/preview/pants.webp?format=png', 400, 'bad_request', /leave the parameter format away/],
    [`/v1/preview?q=${'x'.repeat(201)}`, 400, 'query_too_long', /200/],
    ['/v1/preview?q=qwertz', 422, 'no_known_word', /./],
    ['/v1/preview?q=%F0%9F%91%96%E2%80%AE%00', 422, 'no_known_word', /./],
    ['/v1/preview?q=pants&stage=final', 503, 'gpu_not_configured', /stage=draft/],
    ['/v1/colors', 400, 'bad_request', /q is missing/],
    ['/v1/colors?q=qwertz', 422, 'no_known_word', /colour/],
    ['/v1/refine?q=qwertz', 422, 'no_known_word', /./],
    ['/v1/nothing', 404, 'not_found', /\/v1\/preview/],
  ];
  it.each(cases)('%s: a document with the true status', async (path, status, code, detail) => {
    const answer = await worker.fetch(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer.headers.get('X-Preview-Error')).toBe(code);
    const body = await answer.json();
    expect(body).toMatchObject({ status, code, type: `urn:restgan-edge:error:${code}` });
    expect(body.detail).toMatch(detail);
  });

  it.each(cases.filter(([path]) => path.startsWith('/v1/preview')))(
    '%s: for an <img>, a notice with the true status',
    async (path, status, code) => {
      const answer = await worker.fetch(path, { headers: IMG });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('X-Preview-Error')).toBe(code);
      expect(answer.headers.get('Content-Type')).toBe('image/svg+xml');
      expect(answer.headers.get('Content-Security-Policy')).toBe("default-src 'none'");
      const svg = await bytesOf(answer);
      expect(await sharp(svg).metadata()).toMatchObject({ width: 256, height: 256, format: 'svg' });
    },
  );

  it('is the answer to methods that an address does not take', async () => {
    for (const path of [DRAFT, '/v1/preview?q=pants', '/v1/colors?q=red']) {
      const answer = await worker.fetch(path, { method: 'POST' });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    }
  });
});

describe('any text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.stringMatching(/^(black|%[0-9a-f]{0,2}|pants|\.\.|\/|#|\?|\u202e|\r\n| ){0,8}$/),
  );
  const path = fc.oneof(
    text.map((words) => `/v1/preview?q=${encodeURIComponent(words.toWellFormed())}&stage=draft&size=64`),
    text.map((words) => `/v1/preview/${encodeURIComponent(words.toWellFormed())}.webp?stage=draft&size=64`),
    fc.stringMatching(/^[!-~]{0,30}$/).map((raw) => `/v1/preview/${raw}.png?stage=draft&size=64`),
    fc.stringMatching(/^[!-~]{0,30}$/).map((raw) => `/v1/refine?q=${raw}`),
  );

  it('is answered with a picture or a problem of the request', async () => {
    await fc.assert(
      fc.asyncProperty(path, async (address) => {
        const { status } = await worker.fetch(address);
        expect([200, 302, 400, 404, 422]).toContain(status);
      }),
      { numRuns: 150 },
    );
  });
});

describe('methods', () => {
  it('HEAD has the headers of GET and no body', async () => {
    const get = await worker.fetch(DRAFT);
    const head = await worker.fetch(DRAFT, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect((await bytesOf(head)).length).toBe(0);
    for (const name of ['ETag', 'Content-Type', 'Cache-Control', 'Content-Length']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  it('OPTIONS lets other origins ask', async () => {
    const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' };
    const answer = await worker.fetch(DRAFT, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD,OPTIONS');
  });
});

describe('another model version', () => {
  it('leads to the same words drawn by the served one', async () => {
    const answer = await worker.fetch('/v1/preview/black-pants.png?seed=3&size=64&stage=draft&v=r0-ffffffff');
    expect(answer.status).toBe(302);
    const location = answer.headers.get('Location') ?? '';
    expect(location).toBe(`/v1/preview/black-pants.png?seed=3&size=64&stage=draft&v=${model}`);
    expect((await worker.fetch(location)).status).toBe(200);
  });
});

describe('refine', () => {
  it('tells what the model reads, and a picture for every word', async () => {
    const answer = await worker.fetch('/v1/refine?q=women%27s+blakc+black+petite+pants&seed=3');
    const body = await answer.json();
    expect(body.model).toBe(model);
    expect(body.tokens.map(({ word }: { word: string }) => word)).toEqual([
      'women',
      'black',
      'ankle',
      'pants',
    ]);
    expect(body.unknown).toEqual([{ text: 'blakc', suggestion: 'black' }]);
    expect(body.alt).toBe('Women’s black ankle pants');
    expect(body.steps.map(({ alt }: { alt: string }) => alt)).toEqual([
      'Women’s pants',
      'Women’s black pants',
      'Women’s black ankle pants',
      'Women’s black ankle pants',
    ]);
    expect(body.color).toMatchObject({ name: 'black', target: expect.any(Array), hex: expect.any(String) });
    expect(body.steps.map(({ word }: { word: { word: string } }) => word.word)).toEqual([
      'women',
      'black',
      'ankle',
      'pants',
    ]);
    for (const { pictures } of body.steps) {
      const draft = await worker.fetch(pictures.draft);
      expect(draft.status).toBe(200);
      expect(draft.headers.get('Cache-Control')).toBe('public, max-age=86400');
      expect(draft.headers.get('X-Preview-Alt')).toMatch(/^Women's .*pants$/);
    }
  });
});

describe('colors', () => {
  it('tells what a word stands for', async () => {
    const body = await (await worker.fetch('/v1/colors?q=%237b1f2b')).json();
    expect(body).toMatchObject({ whitePoint: 'D65', name: '#7b1f2b', source: 'hex', hex: '#7b1f2b' });
    expect(body.shades.every(({ hex }: { hex: string }) => hex === '#7b1f2b')).toBe(true);
  });
});

describe('health', () => {
  it('says that there are drafts only', async () => {
    const answer = await worker.fetch('/v1/health');
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({
      status: 'drafts',
      live: true,
      ready: true,
      finals: false,
      edge: { engine: edgeEngines()[0] === 'kernel' ? 'kernel' : 'onnxruntime-web' },
      gpu: { configured: false },
    });
  });
});

describe('the log', () => {
  it('has a line per request, with the key and never the words', async () => {
    const secret = 'blakcest';
    await worker.fetch(`/v1/preview?q=black+${secret}+jeans&stage=draft`, {
      headers: { 'X-Request-Id': 'r-77' },
    });
    await expect
      .poll(() => worker.log.filter((line) => line.event === 'request' && line.requestId === 'r-77'))
      .toEqual([
        {
          event: 'request',
          level: 'info',
          requestId: 'r-77',
          method: 'GET',
          route: '/v1/preview',
          status: 200,
          ms: expect.any(Number),
          access: 'open',
          preview: {
            key: expect.stringContaining(`p1:${model}:9.2:`),
            asked: 'draft',
            outcome: 'draft',
            source: expect.stringMatching(/^(edge|cache)$/),
          },
        },
      ]);
    expect(JSON.stringify(worker.log)).not.toContain(secret);
  });
});

describe('a wrong configuration', () => {
  it('is said by every answer, and the log names every fault', async () => {
    const wrong = await startWorker({
      ENVIRONMENT: 'production',
      GPU_URL: 'https://gpu.example/v1',
      GPU_TOKEN: 'dev-secret',
      GPU_BUDGET_MS: 'soon',
    });
    try {
      const answer = await wrong.fetch('/v1/preview?q=pants');
      expect(answer.status).toBe(500);
      expect(answer.headers.get('X-Preview-Error')).toBe('misconfigured');
      expect((await wrong.fetch('/v1/health')).status).toBe(500);
      await expect.poll(() => JSON.stringify(wrong.log)).toMatch(/GPU_BUDGET_MS must be a whole number/);
      expect(JSON.stringify(wrong.log)).not.toContain('dev-secret');
    } finally {
      await wrong.stop();
    }
  });
});
