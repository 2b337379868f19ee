import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describe as garmentOf, tokenise, VOCABULARY } from '../../../shared/query/index.ts';

const named = (text: string): string => {
  const query = tokenise(text);
  return query.ok ? garmentOf(query.value.tokens) : '';
};

describe('a garment in words', () => {
  it.each([
    ['womens black pants', 'Women’s black pants'],
    ['black womens high waist skinny jeans', 'Women’s black high waist skinny jeans'],
    ['girls pink joggers', 'Girls’ pink joggers'],
    ['mens shorts rolled hem', 'Men’s shorts with rolled hem'],
    ['mens shorts rolled hem drawstring', 'Men’s shorts with rolled hem and drawstring'],
    ['rolled hem drawstring side stripe', 'Pants with rolled hem, drawstring and side stripe'],
    ['#7b1f2b', '#7b1f2b pants'],
  ])('%s', (query, text) => {
    expect(named(query)).toBe(text);
  });

  it('is fit for a header once its apostrophes are straight, and reads as the same words', () => {
    const words = fc.subarray(
      VOCABULARY.filter(({ id }) => id !== 9).map(({ word }) => word),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, (some) => {
        const query = tokenise(some.slice(0, 12).join(' '));
        if (!query.ok) return;
        const text = garmentOf(query.value.tokens);
        expect(text.replaceAll('’', "'")).toMatch(/^[ -~]+$/);
        const again = tokenise(text);
        const kinds = (tokens: readonly { word: string; kind: string }[]) =>
          tokens
            .filter(({ kind }) => kind !== 'type')
            .map(({ word }) => word)
            .sort();
        expect(again.ok && kinds(again.value.tokens)).toEqual(kinds(query.value.tokens));
      }),
    );
  });
});
