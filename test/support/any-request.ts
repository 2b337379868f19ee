import fc from 'fast-check';

/** A request that somebody might script. */
export interface AnyRequest {
  readonly method: string;
  /** Path and query in ASCII, as they stand in the request line. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: `{"q":1}` with POST and PUT, none with others. */
  readonly body?: string;
}

/** Controls, directions, zero widths, surrogates without a partner, and what ends a line or a header. */
const odd = fc.constantFrom(
  ...[
    '\u0000',
    '\u0007',
    '\r\n',
    '\r\nSet-Cookie: a=1',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\u0301',
    '\ud800',
  ],
  ...[
    'ß',
    'ﬁ',
    '№',
    '𝓅𝒶𝓃𝓉𝓈',
    '👖',
    'بنطال',
    '裤子',
    '%',
    '%zz',
    '%00',
    '..',
    '../',
    '//',
    '\\',
    ';',
    '"',
    "'",
    '<script>',
  ],
);
const word = fc.constantFrom('black', 'pants', 'women', 'capri', '#7b1f2b', 'light blue', 'jeans', 'petite');
export const text = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.array(fc.oneof(odd, word, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 8 }),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }).map((long) => [long]) },
  )
  .map((parts) => parts.join(' '));
export const number = fc.oneof(
  fc.constantFrom('-1', '0', '4294967295', '4294967296', '1e309', 'NaN', '-0', '0x10', '９', '٣', ' 7', '7 '),
  fc.bigInt().map(String),
  fc.double().map(String),
);
const value = fc.oneof(
  text,
  number,
  fc.constantFrom('', 'final', 'draft', 'auto', 'webp', 'png', '64', '256'),
);

/** Percent-encoded as browsers do, more than they do, or wrongly. */
const encoded = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(part, fc.constantFrom('usual', 'raw', 'all')).map(([plain, how]) => {
    const whole = plain.toWellFormed();
    if (how === 'usual') return encodeURIComponent(whole);
    const bytes = [...new TextEncoder().encode(whole)];
    const hex = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
    if (how === 'all') return bytes.map(hex).join('');
    return bytes
      .map((byte) => (byte > 0x20 && byte < 0x7f && byte !== 0x23 ? String.fromCharCode(byte) : hex(byte)))
      .join('');
  });

const name = fc.oneof(
  fc.constantFrom('q', 'seed', 'size', 'format', 'stage', 'v', 'key', 'kid', 'exp', 's'),
  text,
);
const query = fc
  .array(fc.tuple(encoded(name), encoded(value)), { maxLength: 6 })
  .map((pairs) => pairs.map(([key, given]) => `${key}=${given}`).join('&'));
const path = fc.oneof(
  fc.constantFrom('/v1/preview', '/v1/refine', '/v1/colors', '/v1/health', '/v1/vocabulary', '/v1/'),
  fc
    .tuple(encoded(text), fc.constantFrom('.webp', '.png', '', '.gif', '.webp/', '/..'))
    .map(([slug, ending]) => `/v1/preview/${slug}${ending}`),
  encoded(text).map((any) => `/${any}`),
);
/** Stage-I at its smallest, so that most of the time goes to what is tested. */
const usual = fc
  .tuple(encoded(text), encoded(number))
  .map(([words, seed]) => `/v1/preview?q=${words}&seed=${seed}&stage=draft&size=64`);
const address = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(path, query).map(([where, what]) => (what === '' ? where : `${where}?${what}`)),
  },
  { weight: 2, arbitrary: usual },
  { weight: 1, arbitrary: fc.nat(9_000).map((length) => `/v1/preview?q=${'x'.repeat(length)}`) },
);

/** What HTTP allows in a header's value. */
export const headerValue = fc
  .oneof(text, number, fc.constantFrom('*', 'image/*', 'W/"a", "b"', 'Bearer x', 'null', 'https://a.example'))
  .map((any) =>
    any
      .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
      .trim()
      .slice(0, 400),
  );
const headers = fc.dictionary(
  fc.constantFrom(
    ...[
      'accept',
      'if-none-match',
      'origin',
      'referer',
      'x-request-id',
      'authorization',
      'sec-fetch-dest',
      'range',
    ],
    ...['sec-fetch-site', 'x-forwarded-for', 'cf-connecting-ip', 'cookie', 'access-control-request-method'],
  ),
  headerValue,
  { maxKeys: 4 },
);

export const anyRequest: fc.Arbitrary<AnyRequest> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE'),
  address,
  headers,
});
