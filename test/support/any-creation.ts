import fc from 'fast-check';
import { type AnyRequest, headerValue, number, text } from './any-request.ts';

/** What somebody who bears the token might send to the GPU service. */

const token = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 55 }) }, fc.double(), fc.integer());
const tokens = fc.array(token, { maxLength: 20 });
const lab = fc.oneof(fc.constant([30, 10, 5]), fc.constant(null), fc.array(fc.double(), { maxLength: 4 }));
const choice = {
  seed: fc.oneof({ weight: 3, arbitrary: fc.nat(0xffff_ffff) }, fc.integer(), fc.double(), text, number),
  // Stage-I at its smallest, so that most of the time goes to what is tested.
  size: fc.oneof({ weight: 6, arbitrary: fc.constant(64) }, fc.jsonValue()),
  format: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('png', 'webp') }, text),
};
const picture = fc.record({ tokens, lab, ...choice }, { requiredKeys: ['tokens', 'size'] });
const row = fc.record(
  { steps: fc.array(fc.record({ tokens, lab }, { requiredKeys: ['tokens'] }), { maxLength: 18 }), ...choice },
  { requiredKeys: ['steps', 'size'] },
);
const input = fc.oneof({ weight: 6, arbitrary: picture }, { weight: 1, arbitrary: row }, fc.jsonValue());
const creation = fc.record(
  {
    input,
    version: fc.oneof(text, fc.constant('owner/name')),
    webhook: text,
    stream: fc.boolean(),
    id: fc.jsonValue(),
  },
  { requiredKeys: ['input'] },
);
const body = fc.oneof(
  { weight: 8, arbitrary: creation.map((any) => JSON.stringify(any)) },
  // Cut off, no JSON at all, nothing, too long, or so deep that a parser might fall over.
  fc
    .tuple(creation, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([any, part]) => JSON.stringify(any).slice(0, Math.floor(JSON.stringify(any).length * part))),
  text.map((any) => any.toWellFormed()),
  fc.constantFrom('', 'x'.repeat(20_000), '['.repeat(8_000), '{"input":{"__proto__":{"seed":1}}}'),
);

const segment = fc.oneof(
  text.map((any) => encodeURIComponent(any.toWellFormed())),
  fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  fc.constantFrom('..', '.', '%2e%2e', '%00', '%', 'a'.repeat(3_000)),
);
const creations = fc.constantFrom('/predictions', '/v1/predictions', '/v1/models/o/n/predictions');
const address = fc.oneof(
  { weight: 5, arbitrary: creations },
  fc.tuple(creations, segment).map((parts) => parts.join('/')),
  fc.tuple(creations, segment).map((parts) => `${parts.join('/')}/cancel`),
  fc.tuple(segment, segment).map(([a, b]) => `/${a}?${b}`),
  fc.constantFrom('/health/live', '/health/ready', '/health-check', '/metrics'),
);

const headers = fc
  .record(
    {
      prefer: fc.oneof(fc.constantFrom('wait', 'wait=1', 'respond-async', 'wait=9e9'), headerValue),
      'cancel-after': fc.oneof(fc.constantFrom('1ms', '5s', '99999999h'), headerValue),
      'idempotency-key': headerValue,
      'x-request-id': headerValue,
      'content-type': fc.oneof(fc.constant('application/json'), headerValue),
      authorization: headerValue,
    },
    { requiredKeys: [] },
  )
  .map((any) => Object.fromEntries(Object.entries(any).filter(([, value]) => value !== '')));

/** @param bearer sent unless the headers say something else */
export const anyCreation = (bearer: string): fc.Arbitrary<AnyRequest> =>
  fc
    .record({
      method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'PUT', 'GET', 'HEAD', 'DELETE'),
      address,
      headers,
      body,
      isKnown: fc.integer({ min: 0, max: 9 }).map((any) => any > 0),
    })
    .map(({ method, body: sent, isKnown, ...rest }) => ({
      ...rest,
      method,
      headers: isKnown ? { ...rest.headers, authorization: `Bearer ${bearer}` } : rest.headers,
      ...(method === 'POST' || method === 'PUT' ? { body: sent } : {}),
    }));
