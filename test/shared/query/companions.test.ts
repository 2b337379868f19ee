import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCompanions } from '../../../gpu-service/catalog/companions.ts';
import {
  companionsOf,
  FREQUENT_COLORS,
  garmentsWith,
  withCompanion,
} from '../../../shared/query/companions.ts';
import { tokenise, VOCABULARY } from '../../../shared/query/index.ts';

const words = VOCABULARY.filter(({ kind }) => kind !== 'color').map(({ word }) => word);

describe('companions', () => {
  it('neither repeat nor replace a word of the query: with one, the query says all it said and that word', () => {
    const query = fc.uniqueArray(fc.constantFrom(...words, ...FREQUENT_COLORS), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(query, (typed) => {
        const read = tokenise(typed.join(' '));
        if (!read.ok) return;
        for (const companion of companionsOf(read.value.tokens, 12)) {
          const longer = tokenise(withCompanion(read.value.canonical, companion));
          expect(longer.ok && longer.value.tokens.map(({ word }) => word)).toEqual([
            ...read.value.tokens.map(({ word }) => word),
            companion.word,
          ]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are what the catalogue has together', () => {
    const of = (query: string): string[] => {
      const read = tokenise(query);
      return read.ok ? companionsOf(read.value.tokens, 12).map(({ word }) => word) : [];
    };
    expect(of('jeans')).toContain('skinny');
    expect(of('shorts')).toContain('drawstring');
    // Every pair of jeans is of denim.
    expect(of('jeans')).not.toContain('denim');
  });
});

describe('the counts', () => {
  it('hold words and numbers, nothing of a garment', () => {
    expect(garmentsWith('pants')).toBeGreaterThan(1_000);
    expect(garmentsWith('no such word')).toBe(0);
  });

  it('leave out rare colours and pairs of chance', () => {
    const [pants, women] = [1, 4];
    const row = { usable: { text: true }, tokens: [pants, women], colorWord: 'black' };
    const rare = { ...row, colorWord: 'dark red' };
    const counts = countCompanions([
      ...Array.from({ length: 30 }, () => row),
      rare,
      { ...row, usable: { text: false } },
    ]);
    expect(counts).toEqual({
      garments: 31,
      words: { pants: 31, women: 31 },
      colors: { black: 30 },
      pairs: { 'black+pants': 30, 'black+women': 30, 'pants+women': 31 },
    });
  });
});
