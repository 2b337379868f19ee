import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_PICTURE_BYTES } from '../../../shared/contract/limits.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import { createGpuGenerator } from '../../../workers/pipeline/generator/gpu.ts';
import type { GpuTarget } from '../../../workers/pipeline/generator/predictor.ts';
import { complete } from '../../support/complete.ts';
import { patience } from '../../support/patience.ts';

/** What a GPU service may answer wrongly, over real HTTP and through the real `replicate` client. */

const MODEL = 'r1-0123abcd';
const request: PictureRequest = {
  model: MODEL,
  tokens: [4, 9, 1],
  lab: [30, 10, 5],
  seed: 7,
  size: 64,
  format: 'png',
  stage: 'final',
};
const options = { deadlineMs: Math.round(patience(1_500)), requestId: 'request-1' };

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}
type Answer = (seen: Seen, response: ServerResponse, call: number) => void;

let server: Server;
let base: string;
let answer: Answer;
let calls: Seen[];
let png: Buffer;
let uri: string;

beforeAll(async () => {
  const white = { width: 64, height: 64, channels: 3, background: '#ffffff' } as const;
  png = await sharp({ create: white }).png().toBuffer();
  uri = `data:image/png;base64,${png.toString('base64')}`;
});
beforeEach(async () => {
  calls = [];
  server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = incoming;
    const seen = { method, path: url, headers, body: text === '' ? null : JSON.parse(text) };
    calls.push(seen);
    answer(seen, response, calls.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const prediction = (more: object) => ({
  id: 'p1',
  status: 'succeeded',
  version: MODEL,
  output: uri,
  ...more,
});

function generate(target: GpuTarget = { kind: 'container' }, fetchOutput?: typeof fetch) {
  const generator = createGpuGenerator({
    url: `${base}/v1`,
    token: 'token',
    target,
    outputHosts: ['pictures.example'],
    ...(fetchOutput === undefined ? {} : { fetch: fetchOutput }),
  });
  return complete(generator, request, options);
}
const codeOf = (made: Awaited<ReturnType<typeof generate>>): string => (made.ok ? 'ok' : made.error.code);

describe('what is asked', () => {
  it('is a prediction, waiting, with the deadline, the request id and an idempotency key', async () => {
    answer = (_, response) => json(response, 201, prediction({}));
    expect(await generate()).toMatchObject({ ok: true, value: { stage: 'final', network: 1, model: MODEL } });
    expect(calls).toHaveLength(1);
    const [seen] = calls;
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/predictions' });
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer token',
      prefer: expect.stringMatching(/^wait=[1-9]\d*$/),
      'cancel-after': expect.stringMatching(/^\d+ms$/),
      'x-request-id': 'request-1',
      'idempotency-key': `p1:${MODEL}:4.9.1:30.00_10.00_5.00:7:64:png:final`,
    });
    const { stage: _stage, ...input } = request;
    expect(seen?.body).toEqual({ version: MODEL, input });
  });

  it.each<[GpuTarget, string, string | undefined]>([
    [{ kind: 'version', version: 'f'.repeat(64) }, '/v1/predictions', 'f'.repeat(64)],
    [{ kind: 'model', owner: 'shop', name: 'restgan' }, '/v1/models/shop/restgan/predictions', undefined],
    [{ kind: 'deployment', owner: 'shop', name: 'eu' }, '/v1/deployments/shop/eu/predictions', undefined],
  ])('goes to %o', async (target, path, version) => {
    answer = (_, response) => json(response, 201, prediction({ version: 'f'.repeat(64) }));
    expect(codeOf(await generate(target))).toBe('ok');
    expect(calls[0]?.path).toBe(path);
    expect(calls[0]?.body).toMatchObject(version === undefined ? {} : { version });
  });
});

describe('an answer that is not there yet', () => {
  it.each(['starting', 'processing'])('%s: is polled for', async (status) => {
    answer = ({ method }, response, call) =>
      json(response, method === 'POST' ? 202 : 200, prediction(call < 4 ? { status, output: null } : {}));
    expect(codeOf(await generate())).toBe('ok');
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/predictions',
      ...Array(3).fill('GET /v1/predictions/p1'),
    ]);
  });

  it('is given up at the deadline', async () => {
    answer = (_, response) => json(response, 202, prediction({ status: 'processing', output: null }));
    const since = performance.now();
    expect(codeOf(await generate())).toBe('gpu_unavailable');
    expect(performance.now() - since).toBeLessThan(options.deadlineMs + patience(250));
  });

  it('is given up at the deadline when nothing is answered at all', async () => {
    answer = () => undefined;
    const since = performance.now();
    expect(codeOf(await generate())).toBe('gpu_unavailable');
    expect(performance.now() - since).toBeLessThan(options.deadlineMs + patience(250));
  });
});

describe('what may end otherwise is tried again', () => {
  const faults: [string, Answer][] = [
    ...[502, 503, 504].map((status): [string, Answer] => [String(status), (_, to) => json(to, status, {})]),
    ['a connection that breaks', (_, response) => response.destroy()],
  ];

  it.each(faults)('twice by our container: %s', async (_, fault) => {
    answer = fault;
    expect(codeOf(await generate())).toBe('gpu_unavailable');
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it.each(faults)('never by hosted Replicate, which would draw twice: %s', async (_, fault) => {
    answer = fault;
    expect(codeOf(await generate({ kind: 'model', owner: 'shop', name: 'restgan' }))).toBe('gpu_unavailable');
    expect(calls).toHaveLength(1);
  });

  it('and then succeeds', async () => {
    answer = (_, response, call) => (call < 3 ? response.destroy() : json(response, 201, prediction({})));
    expect(codeOf(await generate())).toBe('ok');
  });

  it('asking how far one is, anywhere', async () => {
    const running = { status: 'processing', output: null };
    answer = ({ method }, response, call) => {
      if (method === 'POST') json(response, 202, prediction(running));
      else if (call < 4) response.destroy();
      else json(response, 200, prediction({ version: 'f'.repeat(64) }));
    };
    expect(codeOf(await generate({ kind: 'model', owner: 'shop', name: 'restgan' }))).toBe('ok');
  });
});

describe('a refusal is taken at the first attempt', () => {
  it.each<[number, string]>([
    [400, 'bad_upstream'],
    [401, 'misconfigured'],
    [403, 'misconfigured'],
    [409, 'model_mismatch'],
    [429, 'too_busy'],
    [500, 'bad_upstream'],
  ])('%d is %s', async (status, code) => {
    answer = (_, response) => json(response, status, { detail: 'no' });
    expect(codeOf(await generate())).toBe(code);
    expect(calls).toHaveLength(1);
  });

  it('with the time after which to try again', async () => {
    answer = (_, response) => json(response, 429, {}, { 'Retry-After': '7' });
    expect(await generate()).toMatchObject({ ok: false, error: { code: 'too_busy', retryAfter: 7 } });
  });

  it('an answer that breaks off', async () => {
    answer = (_, response) => {
      response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': '5000' });
      response.write('{"id":');
      setTimeout(() => response.destroy(), 50);
    };
    expect(codeOf(await generate())).toBe('gpu_unavailable');
  });
});

describe('an answer that is no picture of the request is bad_upstream', () => {
  const encode = (size: number, format: 'png' | 'webp'): Promise<Buffer> =>
    sharp(png).resize(size, size).toFormat(format).toBuffer();
  const base64 = (bytes: Buffer): string => bytes.toString('base64');
  const cases: [string, () => object | Promise<object>][] = [
    ['not a prediction', () => ({ picture: uri })],
    ['failed', () => prediction({ status: 'failed', output: null, error: 'out of memory' })],
    ['without output', () => prediction({ output: null })],
    ['with an empty list', () => prediction({ output: [] })],
    ['of another type', () => prediction({ output: `data:text/html;base64,${base64(png)}` })],
    ['not base64', () => prediction({ output: 'data:image/png;base64,§§§§' })],
    ['garbage', () => prediction({ output: `data:image/png;base64,${base64(Buffer.alloc(500, 7))}` })],
    ['cut short', () => prediction({ output: `data:image/png;base64,${base64(png.subarray(0, 20))}` })],
    [
      'another format',
      async () => prediction({ output: `data:image/png;base64,${base64(await encode(64, 'webp'))}` }),
    ],
    [
      'another size',
      async () => prediction({ output: `data:image/png;base64,${base64(await encode(65, 'png'))}` }),
    ],
    [
      'too large',
      () => prediction({ output: `data:image/png;base64,${base64(Buffer.alloc(MAX_PICTURE_BYTES + 10))}` }),
    ],
    ['endless', () => prediction({ logs: 'x'.repeat(3 * MAX_PICTURE_BYTES) })],
    ['on a host that is not allowed', () => prediction({ output: 'https://other.example/a.png' })],
    ['on a host that ends like an allowed one', () => prediction({ output: 'https://mypictures.example/a' })],
    ['by http', () => prediction({ output: 'http://pictures.example/a.png' })],
    ['at another port', () => prediction({ output: 'https://pictures.example:8443/a.png' })],
    ['in a file', () => prediction({ output: 'file:///etc/hosts' })],
  ];
  it.each(cases)('%s', async (_, body) => {
    const sent = await body();
    answer = (_seen, response) => json(response, 201, sent);
    expect(codeOf(await generate())).toBe('bad_upstream');
    expect(calls).toHaveLength(1);
  });

  it('not JSON', async () => {
    answer = (_, response) => response.writeHead(201).end('<html>');
    expect(codeOf(await generate())).toBe('bad_upstream');
  });
});

it('a prediction that was canceled or aborted is gpu_unavailable', async () => {
  for (const status of ['canceled', 'aborted']) {
    answer = (_, response) => json(response, 201, prediction({ status, output: null }));
    expect(codeOf(await generate())).toBe('gpu_unavailable');
  }
});

it('a picture of another model version is model_mismatch', async () => {
  answer = (_, response) => json(response, 201, prediction({ version: 'r2-ffffffff' }));
  expect(codeOf(await generate())).toBe('model_mismatch');
  answer = (_, response) =>
    json(response, 201, prediction({ status: 'failed', error: 'model_mismatch: r2' }));
  expect(codeOf(await generate())).toBe('model_mismatch');
});

describe('a picture on an allowed host', () => {
  /** Stands in for the host, which cannot be had here by https. */
  const host =
    (picture: () => Response): typeof fetch =>
    async (input, init) => {
      const url = new URL(String(input));
      return url.hostname.endsWith('pictures.example') ? picture() : fetch(input, init);
    };
  beforeEach(() => {
    answer = (_, response) => json(response, 201, prediction({ output: ['https://cdn.pictures.example/a'] }));
  });

  it('is fetched', async () => {
    const picture = () => new Response(new Uint8Array(png));
    expect(await generate({ kind: 'container' }, host(picture))).toMatchObject({ ok: true });
  });

  it.each<[string, () => Response]>([
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: 'http://10.0.0.1/' } })],
    ['an error', () => new Response('gone', { status: 404 })],
    ['too many bytes', () => new Response(new Uint8Array(MAX_PICTURE_BYTES + 1))],
    ['something else', () => new Response('<html>')],
  ])('is refused when there is %s', async (_, picture) => {
    expect(codeOf(await generate({ kind: 'container' }, host(picture)))).toBe('bad_upstream');
  });
});
