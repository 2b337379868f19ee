import { describe, expect, it } from 'vitest';
import { type CatalogRow, FIELDS } from '../../../gpu-service/catalog/table.ts';
import { tokensOf } from '../../../gpu-service/catalog/tokens.ts';
import { VOCABULARY } from '../../../shared/query/index.ts';

const rowOf = (fields: Partial<CatalogRow>): CatalogRow => ({
  ...(Object.fromEntries(FIELDS.map((field) => [field, ''])) as Record<(typeof FIELDS)[number], string>),
  row: 0,
  problems: [],
  ...fields,
});

describe('token sequence of a row', () => {
  it('keeps the title’s order and puts mined words where a shopper says them', () => {
    const tokens = tokensOf(
      rowOf({
        title: "women's dark blue jeans in washed denim",
        description: 'Jeans in washed denim with a high waist, hard-worn details and skinny legs.',
        colour: 'Dark Blue',
        gender: 'women',
        type: 'jeans',
      }),
    );
    expect(tokens.words).toEqual([
      'women',
      'dark blue',
      'ripped',
      'high waist',
      'skinny',
      'jeans',
      'washed',
      'denim',
    ]);
    expect(tokens.mined.map(({ id }) => VOCABULARY.find((token) => token.id === id)?.word)).toEqual([
      'skinny',
      'high waist',
      'ripped',
    ]);
    expect(tokens).toMatchObject({ colorWord: 'dark blue', type: 'jeans', gender: 'women' });
  });

  it('derives type, gender and colour from the text when there are no columns for them', () => {
    const tokens = tokensOf(rowOf({ title: "Boys' red cargo shorts" }));
    expect(tokens).toMatchObject({ type: 'shorts', gender: 'kids', colorWord: 'red' });
    expect(tokens.words).toEqual(['boys', 'red', 'cargo', 'shorts']);
  });

  it('puts the type first when no word of the title names it, as the tokeniser does for a query', () => {
    expect(tokensOf(rowOf({ title: "women's black leggings", type: 'pants' })).words).toEqual([
      'pants',
      'women',
      'black',
      'leggings',
    ]);
  });

  it('drops a mined word that the picture denies', () => {
    const row = rowOf({ title: 'black pants', appearance: 'Stripe' });
    expect(tokensOf(row).words).toContain('striped');
    expect(tokensOf(row, (word) => word === 'striped').words).not.toContain('striped');
  });

  it('says nothing rather than something wrong about a title without garment words', () => {
    expect(tokensOf(rowOf({ title: '????' }))).toMatchObject({
      tokens: [],
      type: null,
      gender: null,
      colorWord: null,
    });
  });
});
