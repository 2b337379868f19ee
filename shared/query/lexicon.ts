import { singular, toWords } from './normalise.ts';
import { VOCABULARY, type VocabularyToken } from './vocabulary.ts';
import { PHRASES } from './words.ts';

/** What a term stands for: one vocabulary word, or a phrase's several words, of which some may be colours. */
export type Meaning = readonly (VocabularyToken | { readonly colorWords: readonly string[] })[];

/** A term found in a query: how many words it takes, and what it means. */
export interface TermMatch {
  readonly length: number;
  readonly meaning: Meaning;
}

const tokenByWord = new Map(VOCABULARY.map((token) => [token.word, token]));

const meanings = new Map<string, Meaning>();
/** For every word that begins a term of several: the most words of such a term. */
const longestFrom = new Map<string, number>();

/** Only the last word: "shorts short" must not become the phrase "short shorts". */
const inSingular = (words: readonly string[]): string =>
  [...words.slice(0, -1), singular(words.at(-1) ?? '')].join(' ');

/** The first meaning of a spelling stays. */
function addSpellings(spellings: readonly string[], meaning: Meaning): void {
  for (const spelling of spellings) {
    const [first = '', ...rest] = spelling.split(' ');
    if (rest.length > 0) longestFrom.set(first, Math.max(longestFrom.get(first) ?? 0, rest.length + 1));
    if (!meanings.has(spelling)) meanings.set(spelling, meaning);
  }
}

/** A term as listed, its last word in the singular, and run together ("wideleg"). */
function addTerm(term: string, meaning: Meaning): void {
  const words = toWords(term);
  addSpellings(words.length === 1 ? words : [words.join(' '), inSingular(words), words.join('')], meaning);
}

for (const [phrase, words] of Object.entries(PHRASES)) {
  addSpellings(
    [phrase, phrase.replaceAll(' ', '')],
    words.map((word) => tokenByWord.get(word) ?? { colorWords: word.split(' ') }),
  );
}
// Canonical forms of all tokens before any synonym: no synonym can shadow another token's own word.
for (const token of VOCABULARY) if (token.kind !== 'color') addTerm(token.word, [token]);
for (const token of VOCABULARY) for (const synonym of token.synonyms) addTerm(synonym, [token]);

/** Every spelling of a vocabulary term, for suggestions. */
export const TERM_SPELLINGS: readonly string[] = [...meanings.keys()];

/**
 * The longest vocabulary term or phrase that begins at `start`, as typed or in the singular; null when none
 * does. `words` are from `toWords`.
 */
export function matchTerm(words: readonly string[], start: number): TermMatch | null {
  const first = words[start] ?? '';
  for (let length = Math.min(longestFrom.get(first) ?? 1, words.length - start); length > 1; length -= 1) {
    const stretch = words.slice(start, start + length);
    const meaning = meanings.get(stretch.join(' ')) ?? meanings.get(inSingular(stretch));
    if (meaning !== undefined) return { length, meaning };
  }
  const meaning = meanings.get(first) ?? meanings.get(singular(first));
  return meaning === undefined ? null : { length: 1, meaning };
}
