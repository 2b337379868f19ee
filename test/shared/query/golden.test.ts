import { describe, expect, test } from 'vitest';
import { prefixes, tokenise } from '../../../shared/query/index.ts';
import { GOLDEN } from './golden.ts';

const canonicalOf = (query: string): string => {
  const result = tokenise(query);
  return result.ok ? result.value.canonical : result.error.code;
};

describe('storefront queries', () => {
  test.each(GOLDEN)('%s → %s', (query, canonical) => {
    expect(canonicalOf(query)).toBe(canonical);
  });
});

describe('what a query tells', () => {
  const read = (query: string) => {
    const result = tokenise(query);
    if (!result.ok) throw new Error(result.error.detail);
    return result.value;
  };

  test('tokens carry id, kind and the stretch they came from; the assumed type came from nowhere', () => {
    expect(read("Women's wide-leg dark-blue").tokens).toEqual([
      { id: 1, word: 'pants', kind: 'type', text: '' },
      { id: 4, word: 'women', kind: 'gender', text: 'women' },
      { id: 19, word: 'wide leg', kind: 'fit', text: 'wide leg' },
      { id: 9, word: 'dark blue', kind: 'color', text: 'dark blue' },
    ]);
  });

  test('replaced words are reported in the order they were replaced', () => {
    const { superseded, canonical } = read('skinny red jeans slim blue shorts');
    expect(superseded.map((token) => token.word)).toEqual(['skinny', 'red', 'jeans']);
    expect(canonical).toBe('slim blue shorts');
  });

  test('the colour is the last one named', () => {
    expect(read('red pants, blue').color?.name).toBe('blue');
    expect(read('pants').color).toBeNull();
    expect(read('pants #7b1f2b').color).toMatchObject({ name: '#7b1f2b', source: 'hex' });
  });

  test('unknown words are reported once each, stop words never', () => {
    expect(read('the nike pants by nike with a zipper').unknown).toEqual([
      { text: 'nike', suggestion: null },
      { text: 'zipper', suggestion: null },
    ]);
  });

  test.each([
    ['blck pants', 'black'],
    ['pants sknny', 'skinny'],
    ['black jenas', 'jeans'],
    ['blcak pants', 'black'],
    ['wmen pants', 'women'],
    ['trouserss', 'trousers'],
    ['hihg waist pants', 'high'],
    ['hihg pants', null],
    ['wdie leg pants', 'wide'],
    ['pants grren', 'green'],
    ['pants blu', 'blue'],
    ['shrots', 'shorts'],
    ['pants xyzzy', null],
    ['pants 32x34', null],
    ['skiny jeans', 'skinny'],
  ])('%s → suggestion %s', (query, suggestion) => {
    const result = tokenise(query);
    if (result.ok) expect(result.value.unknown.at(-1)?.suggestion ?? null).toBe(suggestion);
    else expect(result.error.detail).toBe(`Did you mean "${suggestion}"?`);
  });

  test('a suggestion is not applied', () => {
    expect(read('blck pants').color).toBeNull();
  });
});

describe('word by word', () => {
  const steps = (query: string): string[] => {
    const result = prefixes(query);
    return result.ok ? result.value.map((step) => step.canonical) : [result.error.code];
  };

  test('one step after every known word', () => {
    expect(steps("women's black pants petite capri")).toEqual([
      'pants women',
      'pants women black',
      'women black pants',
      'women black pants ankle',
      'women black pants capri',
    ]);
  });

  test('terms of several words are one step; words that change nothing are none', () => {
    expect(steps('nike wide leg pants in light blue blue pants')).toEqual([
      'pants wide leg',
      'wide leg pants',
      'wide leg pants light blue',
      'wide leg pants blue',
    ]);
  });

  test('errors are those of the whole query', () => {
    expect(steps('')).toEqual(['no_known_word']);
    expect(steps('black '.repeat(40))).toEqual(['query_too_long']);
  });
});

describe('limits', () => {
  const many =
    'women red jeans skinny leggings joggers chinos cargo tailored sports belted pleated ripped frayed creased';

  test('16 tokens are read, 17 are refused', () => {
    const sixteen = tokenise(`${many} denim`);
    expect(sixteen.ok && sixteen.value.tokens.length).toBe(16);
    expect(tokenise(`${many} denim washed`)).toMatchObject({ ok: false, error: { code: 'too_many_tokens' } });
  });

  test('an assumed type takes a place', () => {
    const result = tokenise(`${many.replace(' jeans', '')} denim washed`);
    expect(result).toMatchObject({ ok: false, error: { code: 'too_many_tokens' } });
  });

  test('200 characters are read, 201 are refused', () => {
    expect(tokenise('pants'.padEnd(200)).ok).toBe(true);
    expect(tokenise('pants'.padEnd(201))).toMatchObject({ ok: false, error: { code: 'query_too_long' } });
  });

  test.each(['', '   ', '🦄', 'nike', 'the', "''''"])('no known word in %j', (query) => {
    expect(canonicalOf(query)).toBe('no_known_word');
  });
});
