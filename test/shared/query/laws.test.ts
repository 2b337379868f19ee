import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allEntries } from '../../../shared/color/table.ts';
import { MAX_QUERY_CHARS, MAX_TOKENS } from '../../../shared/contract/limits.ts';
import {
  prefixes,
  slugOf,
  type TokenisedQuery,
  tokenise,
  tokeniseSlug,
} from '../../../shared/query/index.ts';
import { DEFAULT_TYPE, VOCABULARY } from '../../../shared/query/vocabulary.ts';
import { COMMON_COLORS, PHRASES, STOP_WORDS } from '../../../shared/query/words.ts';

/** What a query means, without what was typed to say it. */
const meaningOf = ({ tokens, color, canonical, slug }: TokenisedQuery) => ({
  tokens: tokens.map(({ id, word, kind }) => ({ id, word, kind })),
  color,
  canonical,
  slug,
});

function read(text: string): TokenisedQuery {
  const result = tokenise(text);
  if (!result.ok) throw new Error(`${JSON.stringify(text)}: ${result.error.code}`);
  return result.value;
}

const meaning = (text: string) => meaningOf(read(text));

/** The laws that a text's reading breaks. Plain code: it runs some hundred thousand times. */
function brokenLaws(text: string): string[] {
  const result = tokenise(text);
  if (!result.ok) return [];
  const query = result.value;
  const { tokens, slug, canonical } = query;
  const count = (kind: string) => tokens.filter((token) => token.kind === kind).length;
  const broken: string[] = [];
  const law = (holds: boolean, name: string) => {
    if (!holds) broken.push(`${name}: ${JSON.stringify(text)} → ${canonical}`);
  };
  law(tokens.length > 0 && tokens.length <= MAX_TOKENS, '1 to 16 tokens');
  law(slug.length <= MAX_QUERY_CHARS, 'the slug is a query');
  law(/^[a-z0-9#]+(?: [a-z0-9#]+)*$/.test(canonical), 'safe canonical form');
  law(/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug), 'safe slug');
  law(count('type') === 1, 'one type');
  law(count('color') === (query.color === null ? 0 : 1), 'one colour at most');
  for (const again of [tokeniseSlug(slugOf(query)), tokenise(canonical)]) {
    law(again.ok && isDeepStrictEqual(meaningOf(again.value), meaningOf(query)), 'round trip');
    law(again.ok && again.value.unknown.length + again.value.superseded.length === 0, 'nothing left over');
  }
  return broken;
}

function expectLaws(text: string): void {
  expect(brokenLaws(text)).toEqual([]);
}

const words = VOCABULARY.filter((token) => token.kind !== 'color');
const spellings = [...words.flatMap((token) => [token.word, ...token.synonyms]), ...Object.keys(PHRASES)];
const colorNames = allEntries().map((entry) => entry.name);

const digit = fc.constantFrom(...'0123456789abcdef');
const hex = fc.oneof(
  fc.string({ unit: digit, minLength: 6, maxLength: 6 }),
  fc.string({ unit: digit, minLength: 3, maxLength: 3 }),
);
const anyColor = fc.oneof(
  fc.constantFrom(...colorNames),
  fc.constantFrom(...COMMON_COLORS),
  hex.map((digits) => `#${digits}`),
);
const anyTerm = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...spellings) }, anyColor);
const separator = fc.constantFrom(
  ' ',
  '-',
  '_',
  ', ',
  ' / ',
  '\t',
  ' & ',
  ' with ',
  '\u00a0',
  ' – ',
  '…',
  '',
);
const mixed = fc
  .array(fc.tuple(fc.oneof({ weight: 5, arbitrary: anyTerm }, fc.string({ unit: 'binary' })), separator), {
    maxLength: 12,
  })
  .map((parts) => parts.flat().join('').slice(0, MAX_QUERY_CHARS));
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 220 })
  .map((units) => String.fromCharCode(...units));

describe('total', () => {
  test('any string is read or refused, and what is read obeys the laws', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), codeUnits), expectLaws), { numRuns: 2000 });
  });

  test('so is any mixture of known words, colours and noise', () => {
    fc.assert(fc.property(mixed, expectLaws), { numRuns: 5000 });
  });

  test('errors never repeat what was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const result = tokenise(`${text}<script>`);
        if (!result.ok) expect(result.error.detail).not.toContain('<');
      }),
    );
  });
});

describe('one meaning, one canonical form', () => {
  test('every pair of known words reads the same in its canonical and its URL form', () => {
    const pairs = words.flatMap(({ word }) => [
      ...spellings.map((spelling) => `${spelling} ${word}`),
      ...COMMON_COLORS.flatMap((color) => [`${word} ${color}`, `${color} ${word}`]),
    ]);
    expect(pairs.flatMap(brokenLaws)).toEqual([]);
  });

  test('every listed colour name, spaced or run together', () => {
    const texts = colorNames.flatMap((name) => [name, name.replaceAll(' ', ''), `dark ${name} jeans`]);
    expect(texts.flatMap(brokenLaws)).toEqual([]);
  });

  test('every synonym means its own token, unless a phrase claims it', () => {
    for (const token of words) {
      for (const spelling of [token.word, ...token.synonyms]) {
        if (Object.hasOwn(PHRASES, spelling)) continue;
        expect(read(spelling).tokens.map(({ word }) => word)).toContain(token.word);
      }
    }
  });

  test('case, accents, width, separators, possessives and stop words change nothing', () => {
    const variant = fc.tuple(
      fc.constantFrom<(word: string) => string>(
        (word) => word,
        (word) => word.toUpperCase(),
        (word) => word.replace(/\b./g, (letter) => letter.toUpperCase()),
        (word) => word.replaceAll(' ', '-'),
        (word) => word.replaceAll(' ', '_'),
        (word) => word.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
        (word) => word.normalize('NFD').replace('e', 'é'),
        (word) => word.replace(/^(.)/, '$1\u00ad'),
        (word) => `${word}'s`,
        (word) => `${word}’s`,
      ),
      fc.constantFrom(' and ', ' with ', ' in a ', ', for the ', ' of-', '_style/'),
    );
    const query = fc.array(fc.tuple(fc.constantFrom(...words, ...COMMON_COLORS), variant), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(query, (parts) => {
        const name = (part: (typeof parts)[number]) => (typeof part[0] === 'string' ? part[0] : part[0].word);
        const plain = parts.map((part) => name(part)).join(' and ');
        const varied = parts.map((part) => part[1][0](name(part)) + part[1][1]).join('');
        fc.pre(varied.length <= MAX_QUERY_CHARS);
        expect(meaning(varied)).toEqual(meaning(plain));
      }),
      { numRuns: 2000 },
    );
  });

  test('every synonym can stand for its token', () => {
    const chosen = fc.constantFrom(...words).chain((token) =>
      fc
        .constantFrom(token.word, ...token.synonyms)
        .filter((spelling) => !Object.hasOwn(PHRASES, spelling))
        .map((spelling) => ({ word: token.word, spelling })),
    );
    fc.assert(
      fc.property(fc.array(chosen, { minLength: 1, maxLength: 8 }), (parts) => {
        const plain = parts.map(({ word }) => word).join(' and ');
        // Without something between them, two synonyms may form a third term ("sweat" and "pants").
        const varied = parts.map(({ spelling }) => spelling).join(' and ');
        fc.pre(varied.length <= MAX_QUERY_CHARS);
        expect(meaning(varied)).toEqual(meaning(plain));
      }),
      { numRuns: 2000 },
    );
  });

  test('plurals mean their singulars, but for words that mean something of their own', () => {
    const own = new Set(['denim', 'tight', 'cuff', 'sweat', 'pull on']);
    for (const spelling of spellings) {
      if (
        own.has(spelling) ||
        spelling.endsWith('s') ||
        /(?:[cs]h|x|[^aeiou]y|man|men|ld|dren)$/.test(spelling)
      )
        continue;
      expect(meaning(`${spelling}s`), `${spelling}s`).toEqual(meaning(spelling));
    }
  });

  test('naming the assumed type first changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyColor, { minLength: 1, maxLength: 1 }), (colors) => {
        const text = `and ${colors.join(' ')} skinny`;
        expect(meaning(`${DEFAULT_TYPE} ${text}`)).toEqual(meaning(text));
      }),
    );
  });

  test('a repeated query means the same', () => {
    fc.assert(
      fc.property(fc.array(anyTerm, { minLength: 1, maxLength: 4 }), (terms) => {
        const first = tokenise(terms.join(' and '));
        fc.pre(first.ok && first.value.canonical.length < MAX_QUERY_CHARS / 2);
        const once = first.ok ? first.value.canonical : '';
        expect(meaning(`${once} ${once}`)).toEqual(meaning(once));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('unknown words', () => {
  const nonsense = fc
    .string({ unit: fc.constantFrom(...'zqxvkjw'), minLength: 3, maxLength: 9 })
    .map((tail) => `zq${tail}`);

  test('never change what the others mean', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyTerm, nonsense), { minLength: 1, maxLength: 6 }), (parts) => {
        const plain = parts.map(([term]) => term).join(' and ');
        const disturbed = parts.map(([term, noise]) => `${term} ${noise} and `).join('');
        fc.pre(disturbed.length <= MAX_QUERY_CHARS);
        const expected = tokenise(plain);
        const actual = tokenise(disturbed);
        expect(actual.ok).toBe(expected.ok);
        if (!actual.ok || !expected.ok) return;
        expect(meaningOf(actual.value)).toEqual(meaningOf(expected.value));
        expect(actual.value.unknown.map(({ text }) => text)).toEqual(
          expect.arrayContaining(parts.map(([, noise]) => noise)),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hex colours', () => {
  test('survive the URL form exactly, whatever their digits', () => {
    fc.assert(
      fc.property(hex, (digits) => {
        const query = read(`#${digits.toUpperCase()} pants`);
        const long = digits.length === 3 ? [...digits].map((one) => one + one).join('') : digits;
        expect(query.color?.name).toBe(`#${long}`);
        expect(query.slug).toBe(`hex-${long}-pants`);
        expectLaws(`#${digits} pants`);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['facade', 'decade', 'beaded', 'deface', 'fff', 'add', '501', '1234567', '#ffff', '#12'])(
    '%s alone is none',
    (word) => {
      expect(read(`pants ${word}`).color?.source).not.toBe('hex');
    },
  );

  test.each(['7b1f2b', '00ff00', '#FACADE', 'hex facade', 'hex-fff', '＃７ｂ１ｆ２ｂ'])(
    '%s is one',
    (word) => {
      expect(read(`pants ${word}`).color?.source).toBe('hex');
    },
  );
});

describe('word by word', () => {
  test('the last step is the whole query, each step is a query of its own, and no two neighbours are equal', () => {
    fc.assert(
      fc.property(mixed, (text) => {
        const whole = tokenise(text);
        const steps = prefixes(text);
        expect(steps.ok).toBe(whole.ok);
        if (!steps.ok || !whole.ok) return;
        expect(steps.value.at(-1)?.canonical).toBe(whole.value.canonical);
        steps.value.forEach((step, index) => {
          expect(meaning(step.canonical)).toEqual(meaningOf(step));
          expect(step.canonical).not.toBe(steps.value[index - 1]?.canonical);
        });
      }),
      { numRuns: 1000 },
    );
  });
});

test('no stop word is a vocabulary word', () => {
  for (const spelling of spellings) expect(STOP_WORDS.has(spelling), spelling).toBe(false);
});

test('every colour that may be suggested is one', () => {
  for (const name of COMMON_COLORS) expect(read(name).color, name).not.toBeNull();
});
