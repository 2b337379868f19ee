import type { QueryToken } from './types.ts';

const WHO: Readonly<Record<string, string>> = {
  women: 'women’s',
  men: 'men’s',
  girls: 'girls’',
  boys: 'boys’',
  kids: 'kids’',
};
/** Cuts that name the garment themselves: nobody says "joggers pants". */
const GARMENT_CUTS = new Set(['leggings', 'joggers', 'chinos']);
/** Words that a garment has rather than is. */
const PARTS = new Set([
  'drawstring',
  'elastic waist',
  'paper bag',
  'rolled hem',
  'ribbed cuff',
  'side stripe',
]);
/** The order in which English puts what stands before the noun. */
const BEFORE_NOUN = ['color', 'pattern', 'rise', 'length', 'fit', 'detail', 'waist', 'fabric', 'cut'];

/** The garment in a shop's words: "Women’s black skinny jeans with side stripe". The order of `tokens` is free. */
export function describe(tokens: readonly Pick<QueryToken, 'word' | 'kind'>[]): string {
  const of = (kind: string) => tokens.filter((token) => token.kind === kind).map((token) => token.word);
  const who = of('gender').map((word) => WHO[word] ?? word);
  const parts = tokens.filter((token) => PARTS.has(token.word)).map((token) => token.word);
  const before = BEFORE_NOUN.flatMap(of).filter((word) => !PARTS.has(word) && !GARMENT_CUTS.has(word));
  const cuts = of('cut').filter((word) => GARMENT_CUTS.has(word));
  const noun = cuts.length > 0 ? cuts : of('type');
  const text = [...who, ...before, ...noun].join(' ') + (parts.length > 0 ? ` with ${inWords(parts)}` : '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c". */
export const inWords = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
