import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATE_LIMITS, rateLimitPolicy } from '../../shared/contract/access.ts';
import { mintPublishableKey, mintSecretKey } from '../../shared/contract/access-keys.ts';
import { signAddress } from '../../shared/contract/signature.ts';
import { type RunningService, startServiceProcess, TOKEN } from '../gpu-service/serve/process.ts';
import { startWorker, type WorkerUnderTest } from '../support/worker.ts';

/** The table in shared/contract/headers.ts, line by line, at every address of the API; the assets' are in test/e2e. */

type Name = 'whole' | 'drafts' | 'keyed';
type Init = NonNullable<Parameters<WorkerUnderTest['fetch']>[1]>;
/** Outcome, Worker, address, status, headers (null: none), and how it is asked for. */
type Row = readonly [string, Name, string, number, Record<string, unknown>, Init?];

const SHOP = 'https://shop.example';
const SIGNING = { id: 'k1', secret: 's'.repeat(40) };
const server = await mintSecretKey('shop');
const publishable = mintPublishableKey();

let service: RunningService;
const workers = new Map<Name, WorkerUnderTest>();
let model: string;
beforeAll(async () => {
  service = await startServiceProcess();
  ({ model } = service);
  const gpu = { GPU_URL: service.url, GPU_TOKEN: TOKEN, GPU_BUDGET_MS: '20000' };
  workers.set('whole', await startWorker(gpu));
  workers.set('drafts', await startWorker());
  workers.set(
    'keyed',
    await startWorker({
      ...gpu,
      ENVIRONMENT: 'production',
      SECRET_KEYS: server.kept,
      SIGNING_KEYS: `${SIGNING.id}:${SIGNING.secret}`,
      PUBLISHABLE_KEYS: JSON.stringify([{ key: publishable, origins: [SHOP], finalsPerDay: 0 }]),
    }),
  );
});
afterAll(async () => {
  for (const worker of workers.values()) await worker.stop();
  service?.process.kill('SIGKILL');
});

const weak = expect.stringMatching(/^W\/"p1:[\w.:-]+"$/);
const cache = (control: string) => ({ 'Cache-Control': control });
/** A picture: how long it is kept, its validator, its network. */
const picture = (control: string, stage: 1 | 2, ETag: unknown = weak) => ({
  ...cache(control),
  ETag,
  'X-Preview-Stage': String(stage),
  'X-Preview-Source': expect.stringMatching(/^(cache|gpu|edge)$/),
  'X-Preview-Alt': 'Black pants',
  'X-Preview-Error': null,
  Vary: null,
});
const refusal =
  (control: string) =>
  (code: string, beside: Record<string, unknown> = {}) => ({
    ...cache(control),
    ETag: null,
    'X-Preview-Error': code,
    Vary: expect.stringContaining('Accept, Sec-Fetch-Dest'),
    ...beside,
  });
/** A property of the address, and what may pass. */
const [lasting, passing] = [refusal('public, max-age=5'), refusal('no-store')];

const [FOREVER, MINUTE] = ['public, max-age=31536000, immutable', 'public, max-age=60'];
const NOTICE = { 'Content-Type': 'image/svg+xml' };
const EVENTS = { 'Content-Type': expect.stringMatching(/^text\/event-stream/) };
const CHALLENGE = { 'WWW-Authenticate': 'Bearer', 'Access-Control-Allow-Origin': '*' };
const READABLE = { 'Access-Control-Allow-Origin': '*' };
const VISITOR = { 'RateLimit-Policy': rateLimitPolicy('visitor'), 'Access-Control-Allow-Origin': SHOP };
const SERVER = { 'RateLimit-Policy': rateLimitPolicy('server') };

const from = (Origin: string): Init => ({ headers: { Origin } });
const post = (body: unknown, headers = {}): Init => ({ method: 'POST', body: JSON.stringify(body), headers });
const IMG: Init = { headers: { 'Sec-Fetch-Dest': 'image' } };
const ENDED: Init = { headers: { 'Last-Event-ID': 'last' } };
const BEARER: Init = { headers: { Authorization: `Bearer ${server.key}` } };

const P = '/v1/preview?q=black+pants';
const FILE = '/v1/preview/black-pants.webp';
const LIST = { pictures: [{ q: 'black pants' }] };
const OTHER = { ...cache('public, max-age=5'), ETag: null, Location: `${FILE}?v=MODEL` };
const KEY = `key=${publishable}`;
const GETS = [P, FILE, '/v1/refine?q=x', '/v1/colors?q=x', '/v1/vocabulary', '/v1/stream?q=x'];

const rows: readonly Row[] = [
  ['final, v', 'whole', `${P}&v=MODEL`, 200, picture(FOREVER, 2)],
  ['final, v', 'whole', `${FILE}?v=MODEL`, 200, picture(FOREVER, 2)],
  ['final, no v', 'whole', P, 200, picture(MINUTE, 2)],
  ['final, no v', 'whole', `${FILE}?stage=final`, 200, picture(MINUTE, 2)],
  ['final of 64 px', 'whole', `${P}&size=64`, 200, picture(MINUTE, 1)],
  ['draft asked for', 'whole', `${P}&stage=draft`, 200, picture(MINUTE, 1)],
  ['draft asked for, v', 'drafts', `${FILE}?stage=draft&v=MODEL`, 200, picture('public, max-age=86400', 1)],
  ['draft instead', 'drafts', P, 200, picture('no-store', 1, null)],
  ['draft instead, v', 'drafts', `${FILE}?v=MODEL`, 200, picture('no-store', 1, null)],
  ['another model', 'whole', `${P}&v=r0-ffffffff`, 302, OTHER],
  ['another model', 'whole', `${FILE}?v=r0-ffffffff`, 302, OTHER],
  ['no final', 'drafts', `${P}&stage=final`, 503, passing('gpu_not_configured')],
  ['no final, notice', 'drafts', `${FILE}?stage=final`, 503, passing('gpu_not_configured', NOTICE), IMG],
  ['a wrong address', 'drafts', `${P}&size=7`, 400, lasting('bad_request')],
  ['no known word', 'drafts', '/v1/preview/qwertz.webp', 422, lasting('no_known_word')],
  ['no known word, notice', 'drafts', '/v1/preview/qwertz.png', 422, lasting('no_known_word', NOTICE), IMG],

  ['refine, finals', 'whole', '/v1/refine?q=black+pants', 200, cache(MINUTE)],
  ['refine, drafts', 'whole', '/v1/refine?q=black+pants&stage=draft', 200, cache(MINUTE)],
  ['refine, drafts instead', 'drafts', '/v1/refine?q=black+pants', 200, cache('no-store')],
  ['refine, no word', 'drafts', '/v1/refine?q=qwertz', 422, lasting('no_known_word')],
  ['colors', 'drafts', '/v1/colors?q=navy', 200, cache('public, max-age=3600')],
  ['colors, none', 'drafts', '/v1/colors?q=qwertz', 422, lasting('no_known_word')],
  ['vocabulary', 'drafts', '/v1/vocabulary', 200, cache('public, max-age=3600')],
  ['stream', 'whole', '/v1/stream?q=black+pants', 200, { ...cache('no-store'), ...EVENTS }],
  ['stream, after its end', 'whole', '/v1/stream?q=black+pants', 204, cache('no-store'), ENDED],
  ['stream, no word', 'drafts', '/v1/stream?q=qwertz', 422, lasting('no_known_word')],
  ['previews, looked up', 'whole', '/v1/previews', 200, cache('no-store'), post({ ...LIST, enqueue: false })],
  ['previews, queued', 'whole', '/v1/previews', 202, cache('no-store'), post(LIST)],
  ['previews, unreadable', 'whole', '/v1/previews', 400, lasting('bad_request'), post({})],
  ['health', 'whole', '/v1/health', 200, cache('no-store')],
  ['no such address', 'drafts', '/v1/nothing', 404, lasting('not_found')],
  ...[...GETS, '/v1/health'].map((address): Row => {
    const allowed = lasting('method_not_allowed', { Allow: 'GET, HEAD, OPTIONS' });
    return ['no such method', 'drafts', address, 405, allowed, { method: 'PUT' }];
  }),
  [
    'no such method',
    'drafts',
    '/v1/previews',
    405,
    lasting('method_not_allowed', { Allow: 'POST, OPTIONS' }),
  ],

  ...GETS.map((address): Row => ['no right', 'keyed', address, 401, passing('unauthorized', CHALLENGE)]),
  ['no right', 'keyed', '/v1/previews', 401, passing('unauthorized', CHALLENGE), post(LIST)],
  [
    'a browser is no server',
    'keyed',
    `/v1/previews?${KEY}`,
    401,
    passing('unauthorized', VISITOR),
    post(LIST, { Origin: SHOP }),
  ],
  [
    'another origin',
    'keyed',
    `${P}&${KEY}`,
    403,
    passing('forbidden_origin', READABLE),
    from('https://a.example'),
  ],
  [
    'finals used up',
    'keyed',
    `${P}&seed=9&stage=final&${KEY}`,
    429,
    passing('ceiling_reached', { ...VISITOR, 'Retry-After': expect.stringMatching(/^\d+$/) }),
    from(SHOP),
  ],
  [
    'draft, by a browser',
    'keyed',
    `${P}&stage=draft&${KEY}`,
    200,
    { ...cache(MINUTE), ...VISITOR },
    from(SHOP),
  ],
  ['draft, by a server', 'keyed', `${P}&stage=draft`, 200, { ...cache(MINUTE), ...SERVER }, BEARER],
];

const within = (text: string): string => text.replaceAll('MODEL', model);
const ask = (name: Name, path: string, init?: Init): Promise<Response> => {
  const worker = workers.get(name);
  if (worker === undefined) throw new Error(`no Worker ${name}`);
  return worker.fetch(within(path), init);
};
const headersOf = (answer: Response, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]));

describe('the header table', () => {
  it.each(
    rows.map(([outcome, name, path, status, expected, init]) => ({
      outcome,
      name,
      path,
      status,
      expected,
      init,
    })),
  )('$outcome ($name, $path): $status', async ({ name, path, status, expected, init }) => {
    const answer = await ask(name, path, init);
    expect(answer.status).toBe(status);
    expect(headersOf(answer, Object.keys(expected))).toEqual(
      Object.fromEntries(
        Object.entries(expected).map(([key, value]) => [
          key,
          typeof value === 'string' ? within(value) : value,
        ]),
      ),
    );
    expect(headersOf(answer, ['X-Request-Id', 'Server-Timing'])).toEqual({
      'X-Request-Id': expect.stringMatching(/^[\w-]{36}$/),
      'Server-Timing': expect.stringContaining('total;dur='),
    });
  });

  it('a signed address is cached until it ends, and not immutable', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 1_000;
    const answer = await ask('keyed', await signAddress(within(`${FILE}?v=MODEL`), SIGNING, exp));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toMatch(/^public, max-age=(9\d\d|1000)$/);
    expect(answer.headers.get('RateLimit-Policy')).toBe(rateLimitPolicy('visitor'));
  });

  it.each([P, `${P}&v=MODEL`, `${FILE}?stage=draft`])('who has %s is told so', async (address) => {
    const first = await ask('whole', address);
    const ETag = first.headers.get('ETag') ?? '';
    const again = await ask('whole', address, { headers: { 'If-None-Match': ETag } });
    expect(again.status).toBe(304);
    expect(headersOf(again, ['ETag', 'Cache-Control', 'X-Preview-Source'])).toEqual({
      ...headersOf(first, ['ETag', 'Cache-Control']),
      'X-Preview-Source': null,
    });
  });

  it('who asks too often is told how often and when', async () => {
    const slow = await startWorker(
      { ENVIRONMENT: 'production' },
      { visitorRate: { requests: 1, seconds: RATE_LIMITS.visitor.seconds } },
    );
    const own = { headers: { Origin: 'http://worker.example' } };
    // A window may end in between, but not twice.
    const answers = [];
    for (let at = 0; at < 4; at += 1) answers.push(await slow.fetch('/v1/vocabulary', own));
    const refused = answers.find(({ status }) => status === 429);
    expect(
      refused === undefined
        ? null
        : headersOf(refused, ['Cache-Control', 'Retry-After', 'RateLimit-Policy', 'X-Preview-Error']),
    ).toEqual({
      'Cache-Control': 'no-store',
      'Retry-After': String(RATE_LIMITS.visitor.seconds),
      'RateLimit-Policy': rateLimitPolicy('visitor'),
      'X-Preview-Error': 'rate_limited',
    });
    await slow.stop();
  });
});
