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
  const who: string[] = [];
  const parts: string[] = [];
  const before: string[][] = BEFORE_NOUN.map(() => []);
  const cuts: string[] = [];
  const types: string[] = [];
  for (const { word, kind } of tokens) {
    if (kind === 'gender') who.push(WHO[word] ?? word);
    else if (kind === 'type') types.push(word);
    else if (PARTS.has(word)) parts.push(word);
    else if (kind === 'cut' && GARMENT_CUTS.has(word)) cuts.push(word);
    else before[BEFORE_NOUN.indexOf(kind)]?.push(word);
  }
  const noun = cuts.length > 0 ? cuts : types;
  const text =
    [...who, ...before.flat(), ...noun].join(' ') + (parts.length > 0 ? ` with ${inWords(parts)}` : '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c". */
export const inWords = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
