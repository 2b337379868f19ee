import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { KEY_PARAM } from '../../shared/contract/access.ts';
import {
  colorsAnswerSchema,
  healthAnswerSchema,
  refineAnswerSchema,
  vocabularyAnswerSchema,
} from '../../shared/contract/answer-schemas.ts';
import { ERROR_CODES, ERRORS, type ErrorCode } from '../../shared/contract/errors.ts';
import { EXPOSED_HEADERS, HEADER } from '../../shared/contract/headers.ts';
import {
  CONTENT_TYPE,
  DEFAULT_FORMAT,
  DEFAULT_SEED,
  DEFAULT_SIZE,
  DEFAULT_STAGE,
  FORMATS,
  MAX_QUERY_CHARS,
  MAX_SEED,
  SIZES,
  STAGES,
} from '../../shared/contract/limits.ts';
import { previewParamsSchema } from '../../shared/contract/preview-params.ts';
import { previewsAnswerSchema, previewsBodySchema } from '../../shared/contract/previews.ts';
import { SIGNATURE_PARAMS } from '../../shared/contract/signature.ts';
import { SAMPLE_ORIGIN, SAMPLES } from './samples.ts';

/**
 * The API as OpenAPI 3.1, from the schemas that the Worker validates with and the tests hold its answers to. The build
 * writes it beside the page, so that the Worker's bundle has none of it.
 */
export function openApiDocument(): object {
  const api = new OpenAPIHono();
  for (const [name, scheme] of Object.entries(SECURITY)) {
    api.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
  for (const route of ROUTES) api.openAPIRegistry.registerPath(route);
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'ReStGAN Edge',
      version: '1',
      license: { name: 'MIT' },
      description:
        'Product pictures that follow a shopper’s words. A picture is an address; with every word the garment changes in ' +
        'that one respect. Problems are RFC 9457 documents with a `code`; where an `<img>` asks, they are a small labelled ' +
        'picture with the same status.',
    },
    servers: [
      { url: '/', description: 'This deployment' },
      { url: SAMPLE_ORIGIN, description: 'Stands for yours in the examples' },
    ],
    security: [{ secretKey: [] }, { publishableKey: [] }, { signedAddress: [] }, {}],
  });
}

const SECURITY = {
  secretKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'A server’s key, `rsk_…`. It never reaches a browser.',
  },
  publishableKey: {
    type: 'apiKey',
    in: 'query',
    name: KEY_PARAM,
    description: 'A browser’s key, `rpk_…`: bound to origins, with a daily ceiling of finals.',
  },
  signedAddress: {
    type: 'apiKey',
    in: 'query',
    name: SIGNATURE_PARAMS.signature,
    description: `An address that a server signed; with \`${SIGNATURE_PARAMS.keyId}\` and \`${SIGNATURE_PARAMS.expires}\`. The client’s \`signer\` makes them.`,
  },
} as const;

const text = z.string().openapi({
  description: `What the shopper typed: any text up to ${MAX_QUERY_CHARS} characters and 16 known words; unknown words are reported and ignored.`,
  example: 'women’s black capri pants',
});
const { shape } = previewParamsSchema;
const choice = {
  seed: shape.seed.openapi({
    type: 'integer',
    minimum: 0,
    maximum: MAX_SEED,
    default: DEFAULT_SEED,
    description: 'Another seed is another garment of the same words.',
  }),
  size: shape.size.openapi({
    type: 'integer',
    enum: [...SIZES],
    default: DEFAULT_SIZE,
    description: 'Edge in pixels. 64 is Stage-I, 256 is Stage-II, 128 is Stage-II averaged down.',
  }),
};
const format = {
  format: shape.format.openapi({ enum: [...FORMATS], default: DEFAULT_FORMAT, description: 'Encoding.' }),
};
const stage = {
  stage: shape.stage.openapi({
    enum: [...STAGES],
    default: DEFAULT_STAGE,
    description:
      '`draft`: made at the edge at once, never asks the GPU. `final`: waits for the GPU to the deadline. `auto`: final within the budget, else a draft.',
  }),
};
const version = {
  v: shape.v.openapi({
    description:
      'Model version. Its pictures may be cached for ever; another than the served one is a redirect to it.',
  }),
};

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(ERROR_CODES),
  })
  .openapi('Problem');

/** By status, the codes that an operation may answer with. */
function problems(codes: readonly ErrorCode[], asImage = false): RouteConfig['responses'] {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const responses = [...byStatus].map(([status, own]) => [
    status,
    {
      description: own.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
      headers: headersOf([HEADER.error, 'Retry-After']),
      content: {
        'application/problem+json': { schema: problemSchema },
        ...(asImage ? { 'image/svg+xml': { schema: z.string() } } : {}),
      },
    },
  ]);
  return Object.fromEntries(responses);
}

const MEANINGS: Readonly<Record<string, string>> = {
  [HEADER.requestId]: 'The caller’s, or a new one; in the log, here and in the GPU service’s',
  [HEADER.stage]: 'Which network drew it: 1 or 2',
  [HEADER.source]: 'cache, gpu or edge',
  [HEADER.alt]: 'The garment in words, for an alt',
  [HEADER.error]: 'The problem’s code',
  [HEADER.rateLimitPolicy]: 'How often the caller may ask',
  ETag: 'Weak; answers If-None-Match with 304 before any work',
  'Retry-After': 'Seconds',
  'Server-Timing': 'Where the time went',
};
const headersOf = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [name, { schema: { type: 'string' as const }, description: MEANINGS[name] ?? '' }]),
  );
const PICTURE_HEADERS = headersOf(EXPOSED_HEADERS.filter((name) => MEANINGS[name] !== undefined));

const ACCESS = [
  'unauthorized',
  'forbidden_origin',
  'bad_signature',
  'signature_expired',
  'rate_limited',
] as const;
const WORDS = ['bad_request', 'query_too_long', 'too_many_tokens', 'no_known_word'] as const;
const FINALS = [
  'ceiling_reached',
  'too_busy',
  'not_ready',
  'gpu_not_configured',
  'gpu_unavailable',
  'model_mismatch',
  'bad_upstream',
] as const;
const OURS = ['misconfigured', 'internal'] as const;

const picture: RouteConfig['responses'] = {
  200: {
    description: 'The picture.',
    headers: PICTURE_HEADERS,
    content: Object.fromEntries(
      FORMATS.map((name) => [CONTENT_TYPE[name], { schema: { type: 'string' as const, format: 'binary' } }]),
    ),
  },
  302: { description: '`v` names another model version: the same words drawn by the served one.' },
  304: { description: 'The caller has it (`If-None-Match`).' },
  ...problems([...WORDS, ...ACCESS, ...FINALS, ...OURS, 'not_found'], true),
};
const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

interface Operation extends Omit<RouteConfig, 'operationId'> {
  readonly operationId: string;
}
const operation = (route: Operation): RouteConfig =>
  createRoute({ ...route, 'x-codeSamples': SAMPLES[route.operationId] });

const ROUTES: readonly RouteConfig[] = [
  operation({
    operationId: 'previewByPath',
    method: 'get',
    path: '/v1/preview/{file}',
    tags: ['Pictures'],
    summary: 'A picture, by its name',
    request: {
      params: z.object({
        file: z.string().openapi({
          description: 'The words with hyphens between them and the encoding’s ending.',
          example: 'womens-black-pants.webp',
        }),
      }),
      query: z.object({ ...choice, ...stage, ...version }),
    },
    responses: picture,
  }),
  operation({
    operationId: 'preview',
    method: 'get',
    path: '/v1/preview',
    tags: ['Pictures'],
    summary: 'A picture, by a query',
    request: { query: z.object({ q: text, ...choice, ...format, ...stage, ...version }) },
    responses: picture,
  }),
  operation({
    operationId: 'stream',
    method: 'get',
    path: '/v1/stream',
    tags: ['Pictures'],
    summary: 'Draft, then final, as events',
    description:
      'Server-sent events `draft`, `final` and `problem`. The data of the first two is `{stage, picture, url, alt}` with the picture as a data URI, that of the last a problem document. The last event has the id `last`; asked again with it (`Last-Event-ID`), the answer is 204, which ends an `EventSource`.',
    request: { query: z.object({ q: text, ...choice, ...format }) },
    responses: {
      200: { description: 'The events.', content: { 'text/event-stream': { schema: z.string() } } },
      204: { description: 'The stream has ended.' },
      ...problems([...WORDS, ...ACCESS, ...OURS]),
    },
  }),
  operation({
    operationId: 'previews',
    method: 'post',
    path: '/v1/previews',
    tags: ['Pictures'],
    summary: 'Finals ahead of time',
    description: 'For servers. Drawn through a Queue; what is in the cache is not drawn again.',
    security: [{ secretKey: [] }],
    request: {
      body: {
        required: true,
        content: { 'application/json': { schema: previewsBodySchema.openapi('PreviewsBody') } },
      },
    },
    responses: {
      200: json('What is there (`enqueue: false`).', previewsAnswerSchema),
      202: json('What is there, and what will be.', previewsAnswerSchema.openapi('Previews')),
      ...problems(['bad_request', 'body_too_large', 'queue_not_configured', ...ACCESS, ...OURS]),
    },
  }),
  operation({
    operationId: 'refine',
    method: 'get',
    path: '/v1/refine',
    tags: ['Words'],
    summary: 'A query word by word',
    description:
      'For every word: token, what changed, addresses of the picture, the colour asked and the one rendered with ΔE00, and what the classifier sees. The row is drawn in one prediction; with `stage=draft`, or without the GPU service in time, `classifier` is null and the pictures are drafts.',
    request: { query: z.object({ q: text, ...choice, ...format, ...stage }) },
    responses: {
      200: json('The words as understood.', refineAnswerSchema.openapi('Refinement')),
      ...problems([...WORDS, ...ACCESS, ...OURS]),
    },
  }),
  operation({
    operationId: 'colors',
    method: 'get',
    path: '/v1/colors',
    tags: ['Words'],
    summary: 'What a colour word stands for',
    request: {
      query: z.object({
        q: z.string().openapi({ description: 'A colour’s name or `#rrggbb`.', example: 'dark olive' }),
      }),
    },
    responses: {
      200: json('The colour under D65.', colorsAnswerSchema.openapi('Color')),
      ...problems(['bad_request', 'no_known_word', ...ACCESS, ...OURS]),
    },
  }),
  operation({
    operationId: 'vocabulary',
    method: 'get',
    path: '/v1/vocabulary',
    tags: ['Words'],
    summary: 'The words that the model knows',
    responses: {
      200: json('Words, frequent colours, limits.', vocabularyAnswerSchema.openapi('Vocabulary')),
      ...problems([...ACCESS, ...OURS]),
    },
  }),
  operation({
    operationId: 'health',
    method: 'get',
    path: '/v1/health',
    tags: ['Operation'],
    summary: 'How the deployment is',
    security: [],
    responses: {
      200: json('Ready whenever it answers.', healthAnswerSchema.openapi('Health')),
      ...problems(OURS),
    },
  }),
];
