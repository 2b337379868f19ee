import type { Word } from './api.ts';

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
  'lace',
]);
/** The order in which English puts what stands before the noun. */
const BEFORE_NOUN = ['color', 'pattern', 'rise', 'length', 'fit', 'detail', 'waist', 'fabric', 'cut'];

/** The garment in a shop's words: "Women’s black skinny jeans with side stripe". The order of `words` is free. */
export function describe(words: readonly Word[]): string {
  const of = (kind: string) => words.filter((word) => word.kind === kind).map((word) => word.word);
  const who = of('gender').map((word) => WHO[word] ?? word);
  const parts = words.filter((word) => PARTS.has(word.word)).map((word) => word.word);
  const before = BEFORE_NOUN.flatMap(of).filter((word) => !PARTS.has(word) && !GARMENT_CUTS.has(word));
  const cuts = of('cut').filter((word) => GARMENT_CUTS.has(word));
  const noun = cuts.length > 0 ? cuts : of('type');
  const text = [...who, ...before, ...noun].join(' ') + (parts.length > 0 ? ` with ${inWords(parts)}` : '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c". */
export const inWords = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** The text with a word of it replaced, as typed by the shopper in any case; appended when it is not found. */
export function replaceWord(text: string, word: string, by: string): string {
  const at = wordAt(text, word);
  if (at < 0) return `${text.trimEnd()} ${by}`.trimStart();
  return text.slice(0, at) + by + text.slice(at + word.length);
}

/** Whether the text ends in this word: it may still be in the typing. */
export const endsInWord = (text: string, word: string): boolean =>
  word.length > 0 && wordAt(text, word) === text.length - word.length;

/** Where the word last stands in the text as a whole word; −1 where it does not. */
function wordAt(text: string, word: string): number {
  const inText = text.toLowerCase();
  const wanted = word.toLowerCase();
  if (wanted === '') return -1;
  for (
    let at = inText.lastIndexOf(wanted);
    at >= 0;
    at = at === 0 ? -1 : inText.lastIndexOf(wanted, at - 1)
  ) {
    const bounded = !isLetter(inText[at - 1]) && !isLetter(inText[at + wanted.length]);
    if (bounded) return at;
  }
  return -1;
}

const isLetter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

/**
 * The words that count at a step: those added up to there that its canonical query still holds, and the garment
 * that is assumed when none is named.
 */
export function wordsAtStep(
  steps: readonly { readonly word: Word; readonly canonical: string }[],
  index: number,
): readonly Word[] {
  const canonical = steps[index]?.canonical ?? '';
  const words = steps
    .slice(0, index + 1)
    .map((step) => step.word)
    .filter(({ word }) => wordAt(canonical, word) >= 0);
  if (words.some((word) => word.kind === 'type')) return words;
  return [...words, { word: 'pants', kind: 'type', text: '' }];
}
